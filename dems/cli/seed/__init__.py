"""`dems seed-demo`: a synthetic history of cases, shaped by the body's published plan and report, and never mistaken for real."""
