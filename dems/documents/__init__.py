"""What DEMS writes for people to read: the same content as PDF and as DOCX, and the same bytes for the same content."""
