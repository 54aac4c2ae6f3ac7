package onenet

import (
	"context"
	"fmt"
	"time"
)

// Expectation is something that has happened, or is to happen soon. Exactly one of Point, Publish, Command, Refusal
// and Online is set.
type Expectation struct {
	After  uint64        // look at what comes after this record; 0: from the first record or the last reset on
	Within time.Duration // how long to wait, in real time whatever the platform's clock shows; 0: not at all

	Point   *WantPoint
	Publish *WantPublish
	Command *WantCommand
	Refusal *WantRefusal
	Online  *WantOnline
}

// Outcome says whether an Expectation came true.
type Outcome struct {
	OK      bool
	Says    string    // one sentence: what was found, or what was not, and what could not be looked at
	Record  *Record   // the first that fits
	Nearest []*Record // when none fits: at most three that come nearest, the nearest first
	Last    uint64    // the newest record looked at
	Lost    uint64    // records that were gone before they could be looked at: one of them may have fitted
}

// want is what one of the five parts of an Expectation looks for.
type want interface {
	check() error
	String() string // "a point of device 1/2 in stream t"
	judge(ctx context.Context, p *Platform, r *Record) (likeness, error)
}

// likeness is what a want says of a record.
type likeness struct {
	fits bool
	near int    // how near the record comes; 0: not at all
	note string // of a record that fits: what was not compared as it should be. Of one that does not: why it might
}

// Expect looks for what is expected among the records of the journal, and waits for it until e.Within has passed or ctx
// ends: that is no error, the Outcome says what came nearest. Every record that was there
// when Expect was called is looked at, whatever the time. ErrInvalid when the expectation makes no sense.
func (p *Platform) Expect(ctx context.Context, e Expectation) (Outcome, error) {
	w, err := e.want(p.journal.Last())
	if err != nil {
		return Outcome{}, err
	}
	patience, cancel := context.WithTimeout(ctx, e.Within)
	defer cancel()
	s := &search{p: p, want: w, seen: e.After}
	if e.Online != nil {
		return s.online(patience, e)
	}
	for first := p.journal.Last(); ; first = 0 {
		found, err := s.look(context.WithoutCancel(ctx), first)
		if found != nil || err != nil {
			return s.found(found), err
		}
		if p.journal.Wait(patience, s.seen) != nil {
			return s.ended(context.WithoutCancel(ctx), e)
		}
	}
}

// want gives the one part that is set.
func (e Expectation) want(last uint64) (want, error) {
	var set []want
	if e.Point != nil {
		set = append(set, e.Point)
	}
	if e.Publish != nil {
		set = append(set, e.Publish)
	}
	if e.Command != nil {
		set = append(set, e.Command)
	}
	if e.Refusal != nil {
		set = append(set, e.Refusal)
	}
	if e.Online != nil {
		set = append(set, e.Online)
	}
	switch {
	case len(set) != 1:
		return nil, Invalid("expectation", "want exactly one of point, publish, command, refusal and online, got %d", len(set))
	case e.Within < 0:
		return nil, Invalid("within", "want 0 or more")
	case e.After > last:
		return nil, Invalid("after", "the newest record is %d, there is no %d yet: the mark is of an earlier run", last, e.After)
	}
	return set[0], set[0].check()
}

// search goes through the journal.
type search struct {
	p       *Platform
	want    want
	seen    uint64 // the newest record looked at
	looked  int    // how many there were
	lost    uint64
	doubt   string // why a record may fit though nobody can tell
	note    string // of the record that fits
	nearest nearest
}

// look goes through the records that are there, and at least up to number until: those are numbered already, though
// the newest of them may still be on its way into the journal. It returns the first that fits.
func (s *search) look(ctx context.Context, until uint64) (*Record, error) {
	const step = 256
	j := s.p.journal
	for {
		records, lost := j.Read(s.seen, step)
		s.lost, s.seen = s.lost+lost, max(s.seen+lost, j.cut.Load())
		for _, r := range records {
			s.seen = r.Seq
			v, err := s.judge(ctx, r)
			if err != nil || v.fits {
				return r, err
			}
		}
		if len(records) > 0 {
			continue
		}
		if s.seen >= until || j.Wait(ctx, s.seen) != nil {
			return nil, nil
		}
	}
}

func (s *search) judge(ctx context.Context, r *Record) (likeness, error) {
	v, err := s.want.judge(ctx, s.p, r)
	s.looked++
	switch {
	case err != nil:
	case v.fits:
		s.note = v.note
	default:
		s.nearest.offer(r, v.near)
		if s.doubt == "" && v.note != "" {
			s.doubt = fmt.Sprintf("record %d may be it: %s", r.Seq, v.note)
		}
	}
	return v, err
}

func (s *search) found(r *Record) Outcome {
	if r == nil {
		return Outcome{}
	}
	says := fmt.Sprintf("record %d: %s", r.Seq, s.want)
	if s.note != "" {
		says += " (" + s.note + ")"
	}
	return Outcome{OK: true, Says: says, Record: r, Last: s.seen, Lost: s.lost}
}

// ended is the outcome when the waiting is over.
func (s *search) ended(ctx context.Context, e Expectation) (Outcome, error) {
	if c, ok := s.want.(*WantCommand); ok { // time ends a command too, and writes no record
		if says, err := c.standing(ctx, s.p); says != "" || err != nil {
			return Outcome{OK: says != "", Says: says, Last: s.seen, Lost: s.lost}, err
		}
	}
	return s.nothing(e), nil
}

// nothing is the outcome when no record fits.
func (s *search) nothing(e Expectation) Outcome {
	says := fmt.Sprintf("there is no record of %s", s.want)
	if e.After > 0 {
		says += fmt.Sprintf(" after record %d", e.After)
	}
	if e.Within > 0 {
		says += fmt.Sprintf(", waited %s for it", e.Within)
	}
	says += fmt.Sprintf("; looked at %d records", s.looked)
	if s.lost > 0 {
		says += fmt.Sprintf("; %d more were gone from the journal before they could be looked at, it may have been one of them", s.lost)
	}
	if s.doubt != "" {
		says += "; " + s.doubt
	}
	return Outcome{Says: says, Nearest: s.nearest.records(), Last: s.seen, Lost: s.lost}
}
