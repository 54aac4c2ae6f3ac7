"""Started by the board after every reset. Ctrl-C leads to the prompt, Ctrl-D back to here."""

import sys
import time

import machine

RESTART_S = 10  # long enough to press Ctrl-C, and no storm of resets


def main():
    """Run until the power goes. Returns only for what a person has to mend."""
    try:
        import app
        import config
    except (ImportError, SyntaxError) as e:
        sys.print_exception(e)
        print("main: a file is missing or damaged: copy all of firmware/*.py to the board again")
        return
    try:
        life = app.App(config.load())
    except config.ConfigError as e:
        for fault in e.faults:
            print("config:", fault)
        print("main: stopped; mend config.json, copy it to the board and press its reset button")
        return
    life.run()


try:
    main()
except Exception as e:  # a mistake of ours, or no memory left: say so, then start afresh
    sys.print_exception(e)
    print("main: unexpected; restart in %d s (Ctrl-C stops it)" % RESTART_S)
    time.sleep(RESTART_S)
    machine.reset()
