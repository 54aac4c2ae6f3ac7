package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/onenet"
	"github.com/onelan/onelan/wire"
)

const dpLong = `$dp is the topic to which devices publish what they measured. Its payload is not plain
JSON: each block starts with a type byte and, mostly, two length bytes.`

func (a *app) dpCommand() *cobra.Command {
	return group("dp", "Read and write the payload of $dp messages", dpLong, a.dpDecode(), a.dpEncode())
}

func (a *app) dpDecode() *cobra.Command {
	var file string
	var asJSON bool
	var opt wire.DPOptions
	cmd := &cobra.Command{
		Use: "decode [HEX...]", Short: "Say what a $dp payload holds, or which byte of it is wrong",
		Long: `Say what a $dp payload holds, block by block, or which byte of it is wrong and why.

The payload is written in hexadecimal, as an argument or on the standard input; --file
reads the bytes themselves. The exit code is 1 when the platform would refuse it. Times
are Beijing time, as the platform stores them.`,
		Example: `  onelan dp decode 03 00 0A 7B 22 74 22 3A 32 35 2E 35 7D
  onelan dp decode --file payload.bin --json`,
		RunE: func(_ *cobra.Command, args []string) error {
			payload, err := a.payload(args, file)
			if err != nil {
				return err
			}
			return a.printDescription(wire.DescribeDP(payload, opt), asJSON)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "read the payload's bytes from this `FILE`; - is the standard input")
	cmd.Flags().BoolVar(&opt.BinaryUTC, "utc", false, "the time bytes of types 6 and 7 are UTC")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// maxPayload bounds what is read: a $dp message carries at most 4 MiB, in hexadecimal with spaces thrice that.
const maxPayload = 16 << 20

// payload gets the bytes to be decoded.
func (a *app) payload(args []string, file string) ([]byte, error) {
	switch {
	case file != "" && len(args) > 0:
		return nil, usage("give the payload as an argument or with --file, not both")
	case file != "":
		from, err := a.open(file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = from.Close() }() // it was only read
		return io.ReadAll(io.LimitReader(from, maxPayload))
	case len(args) > 0:
		return parseHex(strings.Join(args, " "))
	}
	text, err := io.ReadAll(io.LimitReader(a.stdin, maxPayload))
	if err != nil {
		return nil, err
	}
	return parseHex(string(text))
}

func (a *app) printDescription(d wire.DPDescription, asJSON bool) error {
	if asJSON {
		if err := a.printJSON(d); err != nil {
			return err
		}
	} else {
		for line := range strings.Lines(d.String()) {
			if _, err := fmt.Fprintln(a.stdout, printable(strings.TrimRight(line, "\n"))); err != nil {
				return err
			}
		}
	}
	if d.Refusal != nil {
		return &failure{code: exitFailed}
	}
	return nil
}

// encodeOptions say how a block is written.
type encodeOptions struct {
	kind int
	at   moment
	file string
	raw  bool
	opt  wire.DPOptions
}

func (a *app) dpEncode() *cobra.Command {
	o := &encodeOptions{at: moment{now: func() time.Time { return a.clock.Now().In(onenet.Beijing) }}}
	cmd := &cobra.Command{
		Use: "encode NAME=VALUE...", Short: "Write a $dp payload as a device would send it",
		Long: `Write a $dp payload as a device would send it, in hexadecimal or with --raw as bytes.

A VALUE is JSON, or else text. The types are 1 JSON with points, 2 a file (one NAME, and
--file), 3 plain JSON, 4 JSON with times, 5 and 6 text with separators, 7 numbers for
streams named 1 to 65535.`,
		Example: `  onelan dp encode temperature=25.5 humidity=60
  onelan dp encode --type 4 --at "2018-06-01 08:00:00" temperature=25.5
  onelan dp encode --raw temperature=25.5 | mosquitto_pub -p 6002 -i 527521926 -u 244754 -P 3C71BFC80054 -t '$dp' -s`,
		Args: takes("NAME=VALUE..."),
		RunE: func(_ *cobra.Command, args []string) error { return a.encode(o, args) },
	}
	f := cmd.Flags()
	f.IntVar(&o.kind, "type", 3, "type of the block, `1-7`")
	f.Var(&o.at, "at", "time of the points, in Beijing (default: when the platform gets them)")
	f.StringVar(&o.file, "file", "", "content of a type 2 block: this `FILE`")
	f.BoolVar(&o.raw, "raw", false, "print the bytes themselves")
	f.BoolVar(&o.opt.BinaryUTC, "utc", false, "write the time bytes of types 6 and 7 in UTC")
	return cmd
}

func (a *app) encode(o *encodeOptions, args []string) error {
	block, err := o.block(args)
	if err != nil {
		return err
	}
	payload, err := wire.AppendDP(nil, block, o.opt)
	if err != nil {
		return usage("%v", err)
	}
	if o.raw {
		_, err = a.stdout.Write(payload)
	} else {
		_, err = fmt.Fprintln(a.stdout, hexText(payload))
	}
	return err
}

func (o *encodeOptions) block(args []string) (wire.DPBlock, error) {
	b := wire.DPBlock{Type: wire.DPType(o.kind)}
	if o.kind < 1 || o.kind > 7 {
		return b, usage("--type is 1 to 7, got %d", o.kind)
	}
	for _, arg := range args {
		name, text, hasValue := strings.Cut(arg, "=")
		p := onenet.Datapoint{Stream: onenet.StreamID(name), At: o.at.at, Value: valueOf(text)}
		switch {
		case o.kind == int(wire.DPBinary):
			data, err := os.ReadFile(o.file)
			if err != nil || len(args) > 1 || hasValue {
				return b, usage("type 2 takes one NAME without a value, and --file FILE").with("onelan dp encode --type 2 --file picture.jpg picture")
			}
			p.Value, p.File = nil, &onenet.File{Data: data, Size: len(data)}
		case !hasValue || name == "":
			return b, usage("want NAME=VALUE, got %q", arg).with("for instance temperature=25.5")
		}
		b.Points = append(b.Points, p)
	}
	if b.Type == wire.DPTextTimed || b.Type == wire.DPFloats {
		b.At = o.at.at
	}
	return b, nil
}

// valueOf takes what is JSON as it is and all else as a string.
func valueOf(text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic("a string that JSON cannot hold: " + err.Error())
	}
	return quoted
}
