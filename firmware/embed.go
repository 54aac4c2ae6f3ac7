// Package firmware holds the files that make an ESP32 a device of the platform, for programs that put them on one: onelan board push needs
// nothing but onelan itself. What the files do is told in docs/FIRMWARE.md; firmware/sim runs them without a board.
package firmware

import "embed"

// Files is what is copied to a board as it is, and an example of the config.json that it needs besides.
//
//go:embed *.py config.example.json
var Files embed.FS

// Config is the name of the file with a board's settings, Example that of the one to start from.
const (
	Config  = "config.json"
	Example = "config.example.json"
)

// Main is the file that a board starts.
const Main = "main.py"

// MinVersion is the oldest MicroPython that will do, by its minor number: before 1.22 a connection attempt has no time limit.
const MinVersion = 22

// Placeholder is what stands for the Wi-Fi's name in a config.json that nobody has edited.
const Placeholder = "NAME OF YOUR WI-FI"

// Examine is a program that tells what runs on a board: "onelan-board micropython 1.25", then "onelan-config" and its config.json in
// hexadecimal, or none.
//
//go:embed push/examine.py
var Examine string

// NewConfig is the name under which a config.json is copied to a board, and Replace the program that puts it in the old one's place.
const NewConfig = "config.new.json"

// Replace is a program that makes config.new.json the board's config.json, and keeps the old one as config.old.json.
//
//go:embed push/replace.py
var Replace string
