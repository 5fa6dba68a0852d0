"""`dems backup` and `dems restore`: one embedded installation as a whole, database and store together."""
