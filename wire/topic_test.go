package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onelan/onelan/wire"
)

func TestTopicsAreClassified(t *testing.T) {
	t.Parallel()
	for topic, want := range map[string]wire.TopicClass{
		"$dp":             {Kind: wire.TopicDP},
		"$crsp/" + uuid:   {Kind: wire.TopicReply, Command: uuid},
		"$crsp/x":         {Kind: wire.TopicReply, Command: "x"},
		"$creq/" + uuid:   {Kind: wire.TopicCommand, Command: uuid},
		"$crsp/":          {Kind: wire.TopicReserved},
		"$creq/":          {Kind: wire.TopicReserved},
		"$creq":           {Kind: wire.TopicReserved},
		"$dp/":            {Kind: wire.TopicReserved},
		"$DP":             {Kind: wire.TopicReserved},
		"$sys/a/b":        {Kind: wire.TopicReserved},
		"$":               {Kind: wire.TopicReserved},
		"/700123456/t":    {Kind: wire.TopicPoint, Device: "700123456", Stream: "t"},
		"/700123456/a/b":  {Kind: wire.TopicPoint, Device: "700123456", Stream: "a/b"},
		"/700123456/":     {Kind: wire.TopicCustom},
		"/700123456":      {Kind: wire.TopicCustom},
		"//t":             {Kind: wire.TopicCustom},
		"700123456/t":     {Kind: wire.TopicCustom},
		"room1":           {Kind: wire.TopicCustom},
		"7-lamp-sub":      {Kind: wire.TopicCustom},
		"客厅/灯":            {Kind: wire.TopicCustom},
		"":                {Kind: wire.TopicCustom},
		"dp":              {Kind: wire.TopicCustom},
		"/$crsp/whatever": {Kind: wire.TopicPoint, Device: "$crsp", Stream: "whatever"},
	} {
		if d := cmp.Diff(want, wire.ClassifyTopic(topic)); d != "" {
			t.Errorf("%q (-want +got):\n%s", topic, d)
		}
	}
}

func TestTopicsAndFiltersAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		topic         string
		topics, filer wire.TopicFault
	}{
		{"room1", wire.TopicOK, wire.TopicOK},
		{"客厅/灯", wire.TopicOK, wire.TopicOK},
		{"/700123456/t", wire.TopicOK, wire.TopicOK},
		{"a-b_c d", wire.TopicOK, wire.TopicOK},
		{"", wire.TopicEmpty, wire.TopicEmpty},
		{"#", wire.TopicWildcard, wire.TopicWildcard},
		{"a/+/b", wire.TopicWildcard, wire.TopicWildcard},
		{"a+b", wire.TopicWildcard, wire.TopicWildcard},
		{"$dp", wire.TopicOK, wire.TopicDollar},
		{"$creq/#", wire.TopicWildcard, wire.TopicDollar},
		{"a\x00b", wire.TopicNUL, wire.TopicNUL},
		{"a\xffb", wire.TopicNotUTF8, wire.TopicNotUTF8},
		{"\xed\xa0\x80", wire.TopicNotUTF8, wire.TopicNotUTF8},
		{strings.Repeat("灯", 1024), wire.TopicOK, wire.TopicOK},
		{strings.Repeat("灯", 1025), wire.TopicTooLong, wire.TopicTooLong},
	} {
		if got := wire.CheckTopic(tt.topic); got != tt.topics {
			t.Errorf("topic %.20q: %q, want %q", tt.topic, got, tt.topics)
		}
		if got := wire.CheckFilter(tt.topic); got != tt.filer {
			t.Errorf("filter %.20q: %q, want %q", tt.topic, got, tt.filer)
		}
	}
}

func TestDPNearMissesAreRecognised(t *testing.T) {
	t.Parallel()
	for _, topic := range []string{
		"dp", "DP", "/dp", "$dp/", "/$dp", "$DP", "$Dp", "dp ", " $dp", "$dp\n", "$dp\r\n", "$dp\x00", "\"$dp\"", "'$dp'",
		"＄dp", "＄ｄｐ", "$$dp", "$ dp", "\\$dp", "\ufeff$dp", "￥dp",
	} {
		if !wire.DPNearMiss(topic) {
			t.Errorf("%q is not recognised", topic)
		}
	}
	for _, topic := range []string{"$dp", "", "d", "p", "dps", "adp", "$crsp/dp", "room/dp", "dp/1", "$sys/1/dev/dp/post/json", strings.Repeat(" ", 5000) + "dp"} {
		if wire.DPNearMiss(topic) {
			t.Errorf("%q is taken for $dp", topic)
		}
	}
}
