"""What the body is judged by: figures over all cases, each with what it counts and what it leaves out."""
