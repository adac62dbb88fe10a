package wire

// A key is the name of a field that this version knows, in whichever frame.
type key uint8

const (
	unknown key = iota
	keyAcked
	keyAt
	keyAuth
	keyCode
	keyCount
	keyData
	keyEpoch
	keyFatal
	keyFrom
	keyID
	keyLag
	keyMaxLine
	keyMessage
	keyMissed
	keyMore
	keyName
	keyNonce
	keyOld
	keyPeers
	keyReason
	keyRef
	keyResume
	keySeq
	keySession
	keyText
	keyType
	keyYou
	keys
)

// keyNames are the keys as they are written.
var keyNames = [keys]string{
	keyAcked:   "acked",
	keyAt:      "at",
	keyAuth:    "auth",
	keyCode:    "code",
	keyCount:   "count",
	keyData:    "data",
	keyEpoch:   "epoch",
	keyFatal:   "fatal",
	keyFrom:    "from",
	keyID:      "id",
	keyLag:     "lag",
	keyMaxLine: "max_line",
	keyMessage: "message",
	keyMissed:  "missed",
	keyMore:    "more",
	keyName:    "name",
	keyNonce:   "nonce",
	keyOld:     "old",
	keyPeers:   "peers",
	keyReason:  "reason",
	keyRef:     "ref",
	keyResume:  "resume",
	keySeq:     "seq",
	keySession: "session",
	keyText:    "text",
	keyType:    "type",
	keyYou:     "you",
}

// keyOf finds the key of a name. A switch over the names takes a fraction of
// what looking one up in a map does, and each field of each frame comes here.
func keyOf(name []byte) key {
	switch string(name) {
	case "acked":
		return keyAcked
	case "at":
		return keyAt
	case "auth":
		return keyAuth
	case "code":
		return keyCode
	case "count":
		return keyCount
	case "data":
		return keyData
	case "epoch":
		return keyEpoch
	case "fatal":
		return keyFatal
	case "from":
		return keyFrom
	case "id":
		return keyID
	case "lag":
		return keyLag
	case "max_line":
		return keyMaxLine
	case "message":
		return keyMessage
	case "missed":
		return keyMissed
	case "more":
		return keyMore
	case "name":
		return keyName
	case "nonce":
		return keyNonce
	case "old":
		return keyOld
	case "peers":
		return keyPeers
	case "reason":
		return keyReason
	case "ref":
		return keyRef
	case "resume":
		return keyResume
	case "seq":
		return keySeq
	case "session":
		return keySession
	case "text":
		return keyText
	case "type":
		return keyType
	case "you":
		return keyYou
	}
	return unknown
}
