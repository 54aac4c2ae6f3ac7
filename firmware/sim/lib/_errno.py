# The ESP32's error numbers, which are not the interpreter's. A file cannot shadow its errno, hence the name; and errno.X is a
# constant to its compiler, so a program sees these numbers through getattr(errno, "X") only.
import sys

EPERM, ENOENT, EIO, EBADF, EAGAIN, ENOMEM = 1, 2, 5, 9, 11, 12
EACCES, EEXIST, ENODEV, EISDIR, EINVAL = 13, 17, 19, 21, 22
EOPNOTSUPP, EADDRINUSE, ECONNABORTED, ECONNRESET, ENOBUFS, ENOTCONN = 95, 112, 113, 104, 105, 128
ETIMEDOUT, ECONNREFUSED, EHOSTUNREACH, EALREADY, EINPROGRESS = 116, 111, 118, 120, 119

sys.modules["errno"] = sys.modules["uerrno"] = sys.modules["_errno"]
