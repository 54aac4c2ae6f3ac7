import unittest

from words import MQTTError, Refused, why


class Words(unittest.TestCase):
    def test_every_code_of_connack_is_told_in_words(self):
        for code, word in (1, "3.1.1"), (2, "device_id"), (3, "not available"), (4, "auth_info"), (5, "not allowed"):
            self.assertIn(word, str(Refused(code)))
            self.assertFalse("does not know" in str(Refused(code)))
        self.assertIn("does not know", str(Refused(9)))
        self.assertEqual(Refused(4).code, 4)

    def test_every_failure_is_an_os_error(self):
        for e in MQTTError("gone"), Refused(5):
            self.assertIsInstance(e, OSError)
            self.assertEqual(why(e), str(e))

    def test_numbers_of_the_system_become_words(self):
        import errno

        self.assertIn("nothing listens", why(OSError(errno.ECONNREFUSED)))
        self.assertIn("no answer in time", why(OSError(errno.ETIMEDOUT)))
        self.assertEqual(why(OSError(-2)), "no such name")
        self.assertEqual(why(OSError(-202)), "no such name")
        self.assertEqual(why(OSError()), "")
        self.assertTrue(why(OSError(9999)))
