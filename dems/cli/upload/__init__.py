"""`dems upload`: files and folders into a case, many at once, so that an interruption costs nothing but time.

`walk` finds the files, `plan` remembers what becomes of each, `declaring` announces them as intakes, `reading` and
`sending` bring their bytes over by a `transport`, and `finishing` waits until all are sealed.
"""
