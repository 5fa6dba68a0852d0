"""`python -m dems.cli` is the `dems` program."""

import sys

from dems.cli.main import main

sys.exit(main())
