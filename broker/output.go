package broker

// Write is called by Mochi: CONNACK, SUBACK, UNSUBACK, PINGRESP.
func (l *link) Write(p []byte) (int, error) {
	if len(p) > 0 && p[0]>>4 == typeDisconnect {
		return len(p), nil // MQTT 3.1.1 knows no DISCONNECT from a server
	}
	l.send(p)
	return len(p), nil
}

// send adds a packet to what is written next; it reports whether the output was
// empty before: then it is the caller who flushes.
func (l *link) send(p []byte) (first bool) {
	l.outMu.Lock()
	defer l.outMu.Unlock()
	first = len(l.out) == 0
	l.out = append(l.out, p...)
	l.afterAppendLocked()
	return first
}

// maxCoalesced is how much output may gather before it is written.
const maxCoalesced = 16 << 10

func (l *link) afterAppendLocked() {
	if len(l.out) >= maxCoalesced || l.separate.Load() {
		l.flushLocked()
	}
}

// flush writes what has gathered, as one segment.
func (l *link) flush() {
	l.outMu.Lock()
	defer l.outMu.Unlock()
	l.flushLocked()
}

func (l *link) flushLocked() {
	if len(l.out) == 0 {
		return
	}
	if _, err := l.conn.Write(l.out); err != nil {
		go l.lost(err) // ending takes locks that our caller may hold
	}
	if cap(l.out) > maxCoalesced {
		l.out = nil // a large packet does not stay with a quiet link
		return
	}
	l.out = l.out[:0]
}

// sendAlone writes a packet in a segment of its own, behind what has gathered.
func (l *link) sendAlone(p []byte) {
	l.outMu.Lock()
	defer l.outMu.Unlock()
	l.flushLocked()
	l.out = append(l.out, p...)
	l.flushLocked()
}

// backlog is how many bytes wait for the peer.
func (l *link) backlog() int {
	l.outMu.Lock()
	n := len(l.out)
	l.outMu.Unlock()
	if s := socketOf(l.conn); s != nil {
		n += s.backlog()
	}
	return n
}

// sendAck adds an acknowledgement to the output and reports whether it was empty.
func (l *link) sendAck(kind byte, id uint16) (first bool) {
	l.outMu.Lock()
	defer l.outMu.Unlock()
	first = len(l.out) == 0
	l.out = appendAck(l.out, kind, id)
	l.afterAppendLocked()
	return first
}

// sendPublish adds a PUBLISH above QoS 0 to the output and reports whether it was empty.
func (l *link) sendPublish(d *delivery, dup bool) (first bool) {
	l.outMu.Lock()
	defer l.outMu.Unlock()
	first = len(l.out) == 0
	l.out = appendPublish(l.out, d.msg.topic, d.msg.payload, d.qos, d.id, d.retain, dup)
	l.afterAppendLocked()
	return first
}

// dirt are links with output that its holder has to flush before it waits.
type dirt []*link

func (d *dirt) add(l *link) { *d = append(*d, l) }

func (d *dirt) flush() {
	if len(*d) == 0 {
		return
	}
	for i, l := range *d {
		l.flush()
		(*d)[i] = nil
	}
	*d = (*d)[:0]
}
