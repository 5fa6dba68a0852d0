"""`dems upload`: files and folders into a case, one after another, so that an interruption costs nothing but time."""
