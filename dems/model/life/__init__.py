"""The life of a case as dated facts that are never overwritten, and what follows from them."""
