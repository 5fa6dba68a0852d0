"""`dems demo`: files through their whole life, on real engines in a throw-away folder."""
