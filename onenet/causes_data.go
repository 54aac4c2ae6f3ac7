package onenet

// What can be wrong inside a $dp message. The decoder in package wire names them;
// the EDP numbers in the references are the close codes of the sibling protocol for the
// same mistakes (reference section 3.3).
const (
	DataEmpty                  Cause = "data.empty"                    // no bytes at all
	DataPlainJSON              Cause = "data.plain-json"               // JSON without a header
	DataPlainText              Cause = "data.plain-text"               // some other text
	DataHexText                Cause = "data.hex-text"                 // a hex dump, typed
	DataBase64Text             Cause = "data.base64-text"              // Base64 of a block
	DataTextType               Cause = "data.text-type"                // '3' for 3
	DataUnknownType            Cause = "data.unknown-type"             // EDP 81
	DataReservedBit            Cause = "data.reserved-bit"             // bit 6 of types 6 and 7
	DataNoLength               Cause = "data.no-length"                // header cut short, or skipped
	DataLengthZero             Cause = "data.length-zero"              // 00 00
	DataLengthLittleEndian     Cause = "data.length-little-endian"     // swapped, it fits
	DataLengthCountsCharacters Cause = "data.length-counts-characters" // Chinese text
	DataLengthCountsHeader     Cause = "data.length-counts-header"     // 2 or 3 too large
	DataLengthTooLong          Cause = "data.length-too-long"          // larger than the body
	DataLengthTooShort         Cause = "data.length-too-short"         // ends inside the body
	DataTrailingBytes          Cause = "data.trailing-bytes"           // behind the last block
	DataTrailingNUL            Cause = "data.trailing-nul"             // sizeof for strlen
	DataTooManyBlocks          Cause = "data.too-many-blocks"          // over 100
	DataTooManyPoints          Cause = "data.too-many-points"          // over our own limit
	DataNotUTF8                Cause = "data.not-utf8"                 // GBK
	DataBadJSON                Cause = "data.bad-json"                 // EDP 65, 75
	DataSingleQuotes           Cause = "data.single-quotes"            // {'t':25.5}
	DataNaN                    Cause = "data.nan"                      // NaN, infinity
	DataNoOuterJSON            Cause = "data.no-outer-json"            // "t":25.5
	DataTooDeep                Cause = "data.too-deep"                 // nested over our limit
	DataNotObject              Cause = "data.not-object"               // array, number ...
	DataNoDatastreams          Cause = "data.no-datastreams"           // EDP 66
	DataType3InType1           Cause = "data.type3-body-in-type1"      // wrong type byte
	DataNoID                   Cause = "data.no-id"                    // EDP 67
	DataNoDatapoints           Cause = "data.no-datapoints"            // EDP 68
	DataNoValue                Cause = "data.no-value"                 // EDP 69
	DataEmptyStream            Cause = "data.empty-stream"             // EDP 76, 78
	DataBadTime                Cause = "data.bad-time"                 // text time
	DataType4Value             Cause = "data.type4-value"              // EDP 77
	DataNoDsID                 Cause = "data.no-ds-id"                 // EDP 73
	DataBinaryLength           Cause = "data.binary-length"            // EDP 71, 72
	DataBinaryTooLarge         Cause = "data.binary-too-large"         // over 3 MiB
	DataType5Separators        Cause = "data.type5-separators"         // EDP 79
	DataType5Fields            Cause = "data.type5-fields"             // EDP 80
	DataTimeBytes              Cause = "data.time-bytes"               // EDP 83, 85
	DataTimeFlag               Cause = "data.time-flag"                // bit 7 against the bytes
	DataFloats                 Cause = "data.floats"                   // groups do not fit
	DataStreamZero             Cause = "data.stream-zero"              // EDP 84, 86
	DataTooManyFloats          Cause = "data.too-many-floats"          // over 500
)

const (
	sendHeader = "send a type byte, two length bytes (big-endian) and the JSON text"
	sendType1  = `send {"datastreams":[{"id":"t","datapoints":[{"value":25.5}]}]}`
	countBytes = "count the bytes of the text as it is sent (UTF-8), without header and NUL; write the high byte first"
)

var dataCauses = mergeCauses(dataFrameCauses, dataBodyCauses)

// dataFrameCauses are about the blocks: type, length, end.
var dataFrameCauses = map[Cause]causeText{
	DataEmpty: {StageData, "the $dp message has no payload", sendHeader, "protocol V2.6, $dp; COMPATIBILITY §3.1"},
	DataPlainJSON: {
		StageData, "the $dp message is JSON without a header", sendHeader, "protocol V2.6, $dp; COMPATIBILITY §3.1, §9 quirk 4",
	},
	DataPlainText: {
		StageData, "the $dp message is text without a header", sendHeader + "; a bare value has no stream to go to",
		"protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataHexText: {
		StageData, "the $dp message is a hex dump written as text",
		"send the bytes themselves: hex mode in the client, b'\\x03\\x00\\x11' in Python", "protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataBase64Text: {
		StageData, "the $dp message is Base64 text", "send the bytes themselves: Base64 mode in the client, or decode first",
		"protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataTextType: {
		StageData, "the type byte is a digit character", "write the number: 0x03, not '3' (0x33)",
		"protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataUnknownType: {
		StageData, "the first byte of the block is no known type", "use 01 to 07; 86 and 87 for types 6 and 7 with a time",
		"protocol V2.6, $dp; EDP 81; COMPATIBILITY §3.1",
	},
	DataReservedBit: {
		StageData, "bit 6 of the type byte is set", "clear it: 06, 86, 07 or 87", "protocol V2.6, $dp types 6, 7; COMPATIBILITY §3.1",
	},
	DataNoLength: {
		StageData, "the length bytes of the block are missing", sendHeader, "protocol V2.6, $dp; EDP 64, 74; COMPATIBILITY §3.1",
	},
	DataLengthZero: {
		StageData, "the length of the block is 0", countBytes, "protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataLengthLittleEndian: {
		StageData, "the length bytes stand in the wrong order", "write the high byte first: len >> 8, then len & 0xFF",
		"protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataLengthCountsCharacters: {
		StageData, "the length counts characters, not bytes", "take the length after encoding: len(s.encode()) in Python, strlen in C",
		"protocol V2.6, $dp; COMPATIBILITY §9 quirk 18",
	},
	DataLengthCountsHeader: {
		StageData, "the length counts the header too", countBytes, "protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataLengthTooLong: {
		StageData, "the length is larger than the text", countBytes, "protocol V2.6, $dp; EDP 64, 74; COMPATIBILITY §9 quirk 18",
	},
	DataLengthTooShort: {
		StageData, "the length ends before the text does", countBytes, "protocol V2.6, $dp; COMPATIBILITY §9 quirk 18",
	},
	DataTrailingBytes: {
		StageData, "bytes that start no block follow the last block", "send nothing behind the last block",
		"protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataTrailingNUL: {
		StageData, "NUL bytes follow the text", "leave the NUL of C strings out of the length and of the message",
		"protocol V2.6, $dp; COMPATIBILITY §3.1",
	},
	DataTooManyBlocks: {
		StageData, "the message has more than 100 blocks", "spread them over several messages", "EDP paper; COMPATIBILITY §3.1",
	},
	DataTooManyPoints: {
		StageData, "the message has more than 65535 points", "spread them over several messages", "limit of onelan; COMPATIBILITY §3.1",
	},
}

// dataBodyCauses are about what is inside a block.
var dataBodyCauses = map[Cause]causeText{
	DataNotUTF8: {
		StageData, "the text is not UTF-8", "save the source file as UTF-8, or write Chinese as \\uXXXX", "RFC 8259; COMPATIBILITY §3.2",
	},
	DataBadJSON: {
		StageData, "the JSON has a syntax error", "check the text with a JSON tool at the byte named here",
		"RFC 8259; EDP 65, 75; COMPATIBILITY §3.3",
	},
	DataSingleQuotes: {
		StageData, "the JSON has single quotes", `write "t", in C "\"t\""; in Python use json.dumps`, "RFC 8259; COMPATIBILITY §3.3",
	},
	DataNaN: {
		StageData, "a value is not a number (NaN or infinity)", "leave the point out, or send null, when the sensor gives none",
		"RFC 8259; COMPATIBILITY §3.2",
	},
	DataNoOuterJSON: {
		StageData, "the JSON lacks its outer braces", `write {"t":25.5}`, "protocol V2.6, $dp; EDP 65, 75; COMPATIBILITY §3.3",
	},
	DataTooDeep: {
		StageData, "the JSON nests too deep", "send the inner part as a string", "limit of onelan; COMPATIBILITY §3.2",
	},
	DataNotObject: {
		StageData, "the JSON is not an object where one must stand", `send {"stream":value} with type 3`,
		"protocol V2.6, $dp; EDP 65, 75; COMPATIBILITY §3.1",
	},
	DataNoDatastreams: {
		StageData, `"datastreams" is missing or no array`, sendType1, "protocol V2.6, $dp type 1; EDP 66; COMPATIBILITY §3.3",
	},
	DataType3InType1: {
		StageData, "the type byte says 1, the JSON is that of another type", "make the type byte fit the JSON, or " + sendType1,
		"protocol V2.6, $dp types 1, 3, 4; EDP 66; COMPATIBILITY §3.1",
	},
	DataNoID: {
		StageData, `"id" is missing or no string`, sendType1, "protocol V2.6, $dp type 1; EDP 67; COMPATIBILITY §3.3",
	},
	DataNoDatapoints: {
		StageData, `"datapoints" is missing or no array`, sendType1, "protocol V2.6, $dp type 1; EDP 68; COMPATIBILITY §3.3",
	},
	DataNoValue: {
		StageData, "a point has no value", `give each point a "value", each record of types 5 and 6 a last field`,
		"protocol V2.6, $dp types 1, 5, 6; EDP 69; COMPATIBILITY §3.3",
	},
	DataEmptyStream: {
		StageData, "the name of a stream is empty", "give the stream a name of at least one character",
		"protocol V2.6, $dp; EDP 67, 76, 78; COMPATIBILITY §3.3",
	},
	DataBadTime: {
		StageData, "a time cannot be read", `write Beijing time as "2018-06-01 08:00:00", or leave the time out`,
		"protocol V2.6, $dp; COMPATIBILITY §3.2",
	},
	DataType4Value: {
		StageData, "a stream of type 4 is not an object of time to value", `send {"t":{"2018-06-01 08:00:00":25.5}}`,
		"protocol V2.6, $dp type 4; EDP 77; COMPATIBILITY §3.3",
	},
	DataNoDsID: {
		StageData, `"ds_id" is missing or no string`, `send {"ds_id":"pic"} before the file`,
		"protocol V2.6, $dp type 2; EDP 70, 73; COMPATIBILITY §3.3",
	},
	DataBinaryLength: {
		StageData, "the length of the file does not fit the message", "write the size of the file in four bytes, the highest first, between JSON and file",
		"protocol V2.6, $dp type 2; EDP 71, 72; COMPATIBILITY §3.1",
	},
	DataBinaryTooLarge: {
		StageData, "the file is larger than 3 MiB", "send a smaller file, or several", "protocol V2.6, $dp type 2; COMPATIBILITY §0",
	},
	DataType5Separators: {
		StageData, "the text does not begin with two different separators", "begin with the separator of fields and that of records: ,;t,25.5;h,60",
		"protocol V2.6, $dp types 5, 6; EDP 79; COMPATIBILITY §3.2",
	},
	DataType5Fields: {
		StageData, "a record has more than three fields", "send value, or stream and value, or stream, time and value; choose a separator that no value contains",
		"protocol V2.6, $dp types 5, 6; EDP 80; COMPATIBILITY §3.2",
	},
	DataTimeBytes: {
		StageData, "the six time bytes are no time", "send year-2000, month (1-12), day, hour, minute, second as plain numbers",
		"protocol V2.6, $dp types 6, 7; EDP 83, 85; COMPATIBILITY §3.1",
	},
	DataTimeFlag: {
		StageData, "bit 7 of the type byte and the time bytes do not agree", "86 and 87 are followed by six time bytes, 06 and 07 are not",
		"protocol V2.6, $dp types 6, 7; COMPATIBILITY §3.1",
	},
	DataFloats: {
		StageData, "the groups of floats do not fit the message", "send groups of stream (2 bytes), count (2 bytes), count floats (4 bytes each)",
		"protocol V2.6, $dp type 7; EDP 86; COMPATIBILITY §3.1",
	},
	DataStreamZero: {
		StageData, "the number of a stream is 0", "number the streams from 1 to 65535", "protocol V2.6, $dp type 7; EDP 84, 86; COMPATIBILITY §3.2",
	},
	DataTooManyFloats: {
		StageData, "the message has more than 500 floats", "spread them over several messages", "protocol V2.6, $dp type 7; COMPATIBILITY §3.2",
	},
}
