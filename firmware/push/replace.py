# Run on a board by onelan board push, after everything is copied: config.new.json becomes config.json, and the old one stays as
# config.old.json. Until here a cable that comes off leaves the board's settings as they were.
import os

try:
    os.stat("config.json")
    try:
        os.remove("config.old.json")
    except OSError:
        pass  # there was none
    os.rename("config.json", "config.old.json")
except OSError:
    pass  # a board that is set up for the first time
os.rename("config.new.json", "config.json")
print("onelan-config replaced")
