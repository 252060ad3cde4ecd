package mail

import "bytes"

// Build writes a message as it would go over the line.
func Build(m Message) ([]byte, error) {
	msg, err := compose(m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = msg.WriteTo(&b)
	return b.Bytes(), err
}

// BuildSigned writes a message as it would go over the line, with a signature.
func BuildSigned(m Message, d *DKIM) ([]byte, error) {
	msg, err := compose(m)
	if err != nil {
		return nil, err
	}
	if err := d.sign(msg); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = msg.WriteTo(&b)
	return b.Bytes(), err
}
