"""Lists of material: of exhibits, of misconduct proceedings, of inquests."""
