package memory

import (
	"cmp"
	"slices"

	"github.com/onelan/onelan/onenet"
)

type command struct {
	onenet.Command
	arrival int64
}

// byCreation orders commands of one moment by arrival.
func byCreation(a, b *command) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.arrival, b.arrival))
}

func (w *world) putCommand(c *onenet.Command) {
	next := &command{Command: cloneCommand(*c)}
	if old := w.commands[c.ID]; old != nil {
		if c.Rev <= old.Rev {
			return
		}
		next.arrival = old.arrival
		w.dropCommand(old)
	} else {
		w.arrivals++
		next.arrival = w.arrivals
	}
	d := w.device(c.Ref())
	i, _ := slices.BinarySearchFunc(d.commands, next, byCreation)
	d.commands = slices.Insert(d.commands, i, next)
	w.commands[c.ID] = next
	if len(d.commands) > w.opt.Commands {
		w.dropCommand(d.commands[0])
	}
}

func (w *world) dropCommand(c *command) {
	delete(w.commands, c.ID)
	d := w.device(c.Ref())
	if i, ok := slices.BinarySearchFunc(d.commands, c, byCreation); ok {
		d.commands = slices.Delete(d.commands, i, i+1)
	}
}

// commandsOf is the page of a query and the number of all that match.
func (w *world) commandsOf(q onenet.CommandQuery) ([]onenet.Command, int) {
	d := w.device(q.Ref)
	if d == nil {
		return nil, 0
	}
	var all []*command
	for _, c := range d.commands {
		if matches(c, q) {
			all = append(all, c)
		}
	}
	if q.Desc {
		slices.Reverse(all)
	}
	var page []onenet.Command
	for _, c := range cut(all, q.Offset, q.Limit) {
		page = append(page, cloneCommand(c.Command))
	}
	return page, len(all)
}

func matches(c *command, q onenet.CommandQuery) bool {
	switch {
	case !q.Start.IsZero() && c.CreatedAt.Before(q.Start),
		!q.End.IsZero() && c.CreatedAt.After(q.End),
		len(q.States) > 0 && !slices.Contains(q.States, c.State),
		!q.Waiting.IsZero() && !c.Waiting(q.Waiting):
		return false
	}
	return true
}

// cut is a page of a list; a limit of 0 means to the end.
func cut[T any](list []T, offset, limit int) []T {
	list = list[min(max(offset, 0), len(list)):]
	if limit > 0 {
		list = list[:min(limit, len(list))]
	}
	return list
}
