package main

import "os"

// passedOn are the signals that must not end us before the command of exec ends.
var passedOn = []os.Signal{os.Interrupt}

// passOn has nothing to do: Ctrl-C reaches every program of the console.
func passOn(*os.Process, os.Signal) {}

func codeOf(s *os.ProcessState) int { return s.ExitCode() }
