# Stand-in for esp.
def osdebug(level=None):
    pass


def flash_size():
    return 4 << 20
