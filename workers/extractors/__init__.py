"""Reading findings out of hostile files, one format family a module, each in a locked-down child of its own."""
