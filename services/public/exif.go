package public

import (
	"bytes"
	"encoding/binary"
)

// orientation reads how a JPEG lies from its EXIF part (CIPA DC-008, a TIFF 6.0 file
// in the APP1 segment): 1 to 8, or 0 when it does not say.
func orientation(jpeg []byte) int {
	exif := exifOf(jpeg)
	if len(exif) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(exif[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 0
	}
	const entry, tag, short = 12, 0x0112, 3
	entries := exif[at+2:]
	for n := order.Uint16(exif[at:]); n > 0 && len(entries) >= entry; n-- {
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if lies := int(order.Uint16(entries[8:])); lies >= 1 && lies <= 8 {
				return lies
			}
			return 0
		}
		entries = entries[entry:]
	}
	return 0
}

// exifOf finds the EXIF part among the segments before the picture itself.
func exifOf(jpeg []byte) []byte {
	const soi, app1, sos = "\xff\xd8", 0xe1, 0xda
	rest, ok := bytes.CutPrefix(jpeg, []byte(soi))
	if !ok {
		return nil
	}
	for len(rest) >= 4 && rest[0] == 0xff {
		marker := rest[1]
		if marker == 0xff { // fill bytes
			rest = rest[1:]
			continue
		}
		length := int(binary.BigEndian.Uint16(rest[2:]))
		if marker == sos || length < 2 || length+2 > len(rest) {
			return nil
		}
		if exif, ok := bytes.CutPrefix(rest[4:2+length], []byte("Exif\x00\x00")); ok && marker == app1 {
			return exif
		}
		rest = rest[2+length:]
	}
	return nil
}
