package storetest

import (
	"time"

	"github.com/onelan/onelan/onenet"
)

var commandCases = []testCase{
	{"a command comes back as it went in, and a later revision replaces it", commandFields},
	{"an older or equal revision changes nothing", commandRevisions},
	{"an empty answer is not none", commandAnswers},
	{"commands are listed by creation and chosen by time and state", commandQueries},
	{"what waits for a device is found", commandsWaiting},
}

func command(ref onenet.DeviceRef, id onenet.CommandID, created time.Time) onenet.Command {
	return onenet.Command{
		ID: id, Product: ref.Product, Device: ref.Device, Body: []byte("on\x00\xff"), State: onenet.CommandCreated,
		CreatedAt: created, ExpiresAt: created.Add(time.Minute), Rev: 1,
	}
}

// order stores commands, in one batch each.
func (c *check) order(commands ...onenet.Command) {
	c.Helper()
	for _, cmd := range commands {
		c.apply(onenet.Batch{PutCommands: []onenet.Command{cmd}})
	}
}

func commandFields(c *check) {
	c.seed()
	cmd := command(demo, "3f1c", start)
	c.order(cmd)
	got, err := c.s.Command(c.Context(), cmd.ID)
	c.ok(err)
	c.same("the command", cmd, got)
	if !got.SentAt.IsZero() || !got.AnsweredAt.IsZero() {
		c.Error("what did not happen has no time")
	}
	cmd.Body, cmd.Confirm, cmd.Upstream, cmd.State = []byte("off"), true, true, onenet.CommandAnswered
	cmd.CreatedAt, cmd.ExpiresAt, cmd.SentAt, cmd.AnsweredAt = after(1), after(2), after(3), after(4)
	cmd.Answer, cmd.Rev = []byte("ok\x00"), 5
	c.order(cmd)
	got, err = c.s.Command(c.Context(), cmd.ID)
	c.ok(err)
	c.same("the replaced command", cmd, got)
}

func commandRevisions(c *check) {
	c.seed()
	cmd := command(demo, "3f1c", start)
	cmd.Rev, cmd.State = 3, onenet.CommandAnswered
	c.order(cmd)
	for _, rev := range []int{3, 2, 0} {
		old := cmd
		old.Rev, old.State = rev, onenet.CommandSent
		c.order(old)
		got, err := c.s.Command(c.Context(), cmd.ID)
		c.ok(err)
		c.same("the command", cmd, got)
	}
}

func commandAnswers(c *check) {
	c.seed()
	none, empty := command(demo, "none", start), command(demo, "empty", start)
	empty.Answer = []byte{}
	c.order(none, empty)
	list, _, err := c.s.Commands(c.Context(), onenet.CommandQuery{Ref: demo})
	c.ok(err)
	if list[0].Answer != nil {
		c.Errorf("no answer came back as %q", list[0].Answer)
	}
	if list[1].Answer == nil || len(list[1].Answer) != 0 {
		c.Errorf("the empty answer came back as %#v", list[1].Answer)
	}
}

func (c *check) commands(q onenet.CommandQuery) ([]onenet.CommandID, int) {
	c.Helper()
	list, n, err := c.s.Commands(c.Context(), q)
	c.ok(err)
	ids := []onenet.CommandID{}
	for _, cmd := range list {
		ids = append(ids, cmd.ID)
	}
	return ids, n
}

func commandQueries(c *check) {
	c.seed()
	state := func(cmd onenet.Command, s onenet.CommandState) onenet.Command {
		cmd.State = s
		return cmd
	}
	c.order(
		state(command(demo, "d", after(3)), onenet.CommandSent),
		command(demo, "b", after(1)),
		state(command(demo, "a", after(1)), onenet.CommandAnswered),
		command(demo, "c", after(2)),
		command(twin, "twin", after(1)),
	)
	moved := state(command(demo, "b", after(1)), onenet.CommandSent)
	moved.Rev = 2
	c.order(moved) // keeps its place
	type ids = []onenet.CommandID
	for _, row := range []struct {
		name  string
		query onenet.CommandQuery
		want  ids
		all   int
	}{
		{"all", onenet.CommandQuery{}, ids{"b", "a", "c", "d"}, 4},
		{"newest first", onenet.CommandQuery{Desc: true}, ids{"d", "c", "a", "b"}, 4},
		{"start is inclusive", onenet.CommandQuery{Start: after(2)}, ids{"c", "d"}, 2},
		{"end is inclusive", onenet.CommandQuery{End: after(2)}, ids{"b", "a", "c"}, 3},
		{"start behind a millisecond", onenet.CommandQuery{Start: after(2).Add(1)}, ids{"d"}, 1},
		{"end behind a millisecond", onenet.CommandQuery{Start: after(2), End: after(2).Add(1)}, ids{"c"}, 1},
		{"one state", onenet.CommandQuery{States: []onenet.CommandState{onenet.CommandSent}}, ids{"b", "d"}, 2},
		{"two states", onenet.CommandQuery{States: []onenet.CommandState{onenet.CommandCreated, onenet.CommandAnswered}}, ids{"a", "c"}, 2},
		{"a page", onenet.CommandQuery{Offset: 1, Limit: 2}, ids{"a", "c"}, 4},
		{"a page backwards", onenet.CommandQuery{Offset: 1, Limit: 2, Desc: true}, ids{"c", "a"}, 4},
		{"the rest", onenet.CommandQuery{Offset: 3}, ids{"d"}, 4},
		{"behind the end", onenet.CommandQuery{Offset: 9, Limit: 1}, ids{}, 4},
	} {
		row.query.Ref = demo
		got, n := c.commands(row.query)
		c.same(row.name, row.want, got)
		c.same(row.name+": the number", row.all, n)
	}
}

func commandsWaiting(c *check) {
	c.seed()
	var want []onenet.CommandID
	n := 0
	for _, state := range []onenet.CommandState{
		onenet.CommandNotOnline, onenet.CommandCreated, onenet.CommandSent, onenet.CommandSendFailed,
		onenet.CommandAnswered, onenet.CommandUnanswered, onenet.CommandTooLarge,
	} {
		for _, confirm := range []bool{false, true} {
			for _, lives := range []time.Duration{0, time.Minute, time.Minute + 1, time.Hour} {
				cmd := command(demo, onenet.CommandID(string(state)+lives.String()), after(float64(n)/10))
				cmd.State, cmd.Confirm, cmd.ExpiresAt = state, confirm, start.Add(lives)
				if confirm {
					cmd.ID += "!"
				}
				c.order(cmd)
				cmd.ExpiresAt = cmd.ExpiresAt.Truncate(time.Millisecond)
				if cmd.Waiting(after(60)) {
					want = append(want, cmd.ID)
				}
				n++
			}
		}
	}
	got, all := c.commands(onenet.CommandQuery{Ref: demo, Waiting: after(60)})
	c.same("what waits", want, got)
	c.same("their number", len(want), all)
	got, all = c.commands(onenet.CommandQuery{Ref: demo, Waiting: after(60), Limit: 1})
	c.same("the first that waits", want[:1], got)
	c.same("the number of all", len(want), all)
	_, all = c.commands(onenet.CommandQuery{Ref: demo, Waiting: after(60).Add(-time.Nanosecond)})
	if all <= len(want) {
		c.Errorf("%d wait a nanosecond before some expire, want more than %d", all, len(want))
	}
}
