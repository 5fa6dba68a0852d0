"""`dems doctor`: the state of every part, asked of the part itself."""
