import unittest

from choice import Choice


def never(bits):
    return 0


class Order(unittest.TestCase):
    def test_failures_lead_to_the_next_endpoint_and_round(self):
        c = Choice(["lan", "cloud"], 3, 60, never)
        names = []
        for _ in range(7):
            names.append(c.name())
            c.failed()
        self.assertEqual(names, ["lan"] * 3 + ["cloud"] * 3 + ["lan"])

    def test_one_endpoint_stays(self):
        c = Choice(["lan"], 1, 60, never)
        for _ in range(5):
            c.failed()
            self.assertEqual(c.name(), "lan")
            self.assertTrue(c.on_first())

    def test_a_good_session_leads_back_to_the_first_choice(self):
        c = Choice(["lan", "cloud"], 1, 60, never)
        c.failed()
        self.assertEqual((c.name(), c.on_first(), c.first()), ("cloud", False, "lan"))
        self.assertEqual(c.ended(31), 1000)
        self.assertEqual(c.name(), "lan")

    def test_a_broker_that_hangs_up_at_once_counts_as_a_failure(self):
        c = Choice(["lan", "cloud"], 2, 60, never)
        c.ended(3)
        c.ended(3)
        self.assertEqual(c.name(), "cloud")


class Waits(unittest.TestCase):
    def test_they_double_up_to_the_longest(self):
        c = Choice(["lan"], 3, 60, never)
        self.assertEqual([c.failed() // 1000 for _ in range(9)], [1, 2, 4, 8, 16, 32, 60, 60, 60])

    def test_a_refusal_is_not_asked_again_for_ten_seconds(self):
        c = Choice(["lan"], 3, 60, never)
        self.assertEqual([c.failed(True) // 1000 for _ in range(5)], [10, 20, 40, 60, 60])

    def test_they_stay_bounded_after_a_year_of_failures(self):
        c = Choice(["lan"], 3, 60, never)
        c._failures = 1000000
        self.assertEqual(c.failed(), 60000)

    def test_boards_do_not_come_back_in_one_instant(self):
        waits = set([Choice(["lan"], 3, 60).failed() for _ in range(50)])
        self.assertTrue(len(waits) > 5, waits)
        self.assertTrue(all([1000 <= w < 1260 for w in waits]), waits)
