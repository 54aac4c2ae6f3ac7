package server

import "github.com/onelan/onelan/control/lab"

// Ready says what runs where: what GET /_lab/ready answers.
func (s *Server) Ready() lab.Ready { return s.ready() }
