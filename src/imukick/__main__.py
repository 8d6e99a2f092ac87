"""`python -m imukick` and the command `imukick`: the same; Ctrl-C ends with 130 from the first moment on."""


def main() -> None:
    """Run the command line."""
    try:
        from imukick.cli.app import main as run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()


if __name__ == "__main__":
    main()
