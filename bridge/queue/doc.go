// Package queue keeps what devices have for the real OneNET until the cloud has acknowledged it: in order for each
// device, over outages and restarts, with books that balance.
//
// The store is the truth, and every change of it is one batch: an entry comes, goes or is given up together with its
// line in the books. What the queue has in memory is an index of it, without payloads: numbers, sizes, ages. It
// changes only when the store says that the batch is safe, so whoever asks sees, at every moment,
//
//	accepted = delivered + waiting + quarantined + dropped (by reason)
//
// An entry that is on its way into the store is not accepted yet; one that is on its way out is still there.
//
// Who takes a message from a device asks for an Addition, puts it into the batch in which it stores the message's own
// effects, and tells it how that went: so one commit is behind the acknowledgement that the device gets. Who speaks to the cloud
// for a device, one reader each, uses a Reader, or goes through Online, Notify, Next, Pack, Acked, and Died and Offline when the connection ends. A
// message that kills its connections again and again ends in quarantine, where it blocks nobody and waits for a person.
//
// Delivery is at least once. An entry comes again if the connection ended, or the store failed, between the
// cloud's acknowledgement and the batch that follows it.
//
// All methods may be called at once. The one lock is held across no call of the store. There are no goroutines: nothing needs closing.
package queue
