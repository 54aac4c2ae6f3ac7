# The old name of network.
from network import *
