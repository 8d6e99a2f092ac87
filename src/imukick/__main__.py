"""`python -m imukick` is the command `imukick`."""

from imukick.cli.app import main

if __name__ == "__main__":
    main()
