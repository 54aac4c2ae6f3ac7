package wire

import "github.com/onelan/onelan/onenet"

// usualMixUp is the likely reason for a mistake where nothing in the message tells more.
var usualMixUp = map[onenet.Cause]string{
	onenet.DataEmpty:          "the send function was given the length 0, or an empty text",
	onenet.DataPlainText:      "a bare value has no stream to go to; other text belongs on a topic of the product's own",
	onenet.DataBase64Text:     "the client was given Base64 but sends it as text: switch its input format to Base64",
	onenet.DataUnknownType:    "the type byte is missing, or something stands before it",
	onenet.DataReservedBit:    "bit 7 (0x80) is the only flag; 0x40 is none",
	onenet.DataNoLength:       "strlen stops at the zero byte of the length: give the send function the real size of the message",
	onenet.DataLengthZero:     "the length bytes were reserved and never filled in",
	onenet.DataTooManyBlocks:  "a backlog was sent at once",
	onenet.DataTooManyPoints:  "a backlog was sent at once",
	onenet.DataNotUTF8:        "binary data or another encoding stands in the text",
	onenet.DataBadJSON:        "the text was put together by hand: let a JSON library write it",
	onenet.DataTooDeep:        "a structure was put into itself, or a bracket is repeated by mistake",
	onenet.DataNotObject:      "the JSON does not begin with { where it should",
	onenet.DataNoDatastreams:  `the list of streams is called "datastreams", in lower case`,
	onenet.DataNoID:           `the name of the stream is the member "id"`,
	onenet.DataNoDsID:         `the name of the stream is the member "ds_id"`,
	onenet.DataEmptyStream:    "the variable that holds the name was empty",
	onenet.DataNoValue:        "the variable that holds the value was empty",
	onenet.DataBinaryLength:   "the bytes of the file were not put behind the JSON",
	onenet.DataBinaryTooLarge: "the file was not made smaller, or its length bytes are wrong",
	onenet.DataType5Fields:    "the separator of fields occurs inside a value",
	onenet.DataTimeBytes:      "a byte is out of its range, or the six stand in another order",
	onenet.DataFloats:         "count is the number of floats behind it, and each float has four bytes",
	onenet.DataStreamZero:     "an array index was used for the number: add 1",
	onenet.DataNaN:            "the sensor gave no number: test it before it is sent",
	onenet.DataTooManyFloats:  "a backlog was sent at once",
}

// nearUsual adds the usual mix-up to a refusal that names none.
func nearUsual(r *onenet.Refusal) *onenet.Refusal {
	if r.NearMiss == "" {
		r.NearMiss = usualMixUp[r.Cause]
	}
	return r
}
