# Run on a board by onelan board push, before anything is copied: what runs there, and its config.json, in hexadecimal so that nothing on the
# way mends line ends or strange characters. At most as much as config.py reads.
import binascii
import sys

name, version = sys.implementation[0], sys.implementation[1]
print("onelan-board", name, "%d.%d" % (version[0], version[1]))
try:
    with open("config.json", "rb") as f:
        print("onelan-config", binascii.hexlify(f.read(8193)).decode())
except OSError:
    print("onelan-config none")
