# The old name of socket.
from socket import *
