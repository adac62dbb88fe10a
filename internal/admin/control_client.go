package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxAnswer is how large an answer may be, in bytes: members by the hundred thousand.
const maxAnswer = 64 << 20

// A Client asks the Control of a server. What the server says against a request is an
// *[Error]; where no server answers, the error is that of dialing. Its methods may be
// called from any goroutine.
type Client struct{ http http.Client }

// NewClient returns a Client for the Control whose Unix socket is at path.
func NewClient(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	return &Client{http.Client{
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, // a connection is there for one request
		Timeout:   answerTime,
	}}
}

// Members returns who is in the room, the oldest connection first.
func (c *Client) Members(ctx context.Context) ([]Member, error) {
	list, err := ask[memberList](ctx, c, http.MethodGet, pathMembers, nil)
	return list.Members, err
}

// Kick ends a connection.
func (c *Client) Kick(ctx context.Context, id uint64) error {
	_, err := ask[struct{}](ctx, c, http.MethodDelete, pathMembers+"/"+strconv.FormatUint(id, 10), nil)
	return err
}

// Bans returns the bans there are; those that end soonest come first.
func (c *Client) Bans(ctx context.Context) ([]Ban, error) {
	list, err := ask[banList](ctx, c, http.MethodGet, pathBans, nil)
	return list.Bans, err
}

// Ban refuses an address or a CIDR for some time, and ends the connections that members
// have from there. A single IPv6 address stands for its /64, which is what a host has.
func (c *Client) Ban(ctx context.Context, address string, duration time.Duration) (BanResult, error) {
	return ask[BanResult](ctx, c, http.MethodPost, pathBans, BanRequest{address, duration.String()})
}

// Unban ends a ban, which is named as it was for Ban, and returns its address.
func (c *Client) Unban(ctx context.Context, address string) (string, error) {
	ban, err := ask[Ban](ctx, c, http.MethodDelete, pathBans+"?address="+url.QueryEscape(address), nil)
	return ban.Address, err
}

// Suspend has the server take no more connections until Resume. Members stay.
func (c *Client) Suspend(ctx context.Context) (Status, error) {
	return ask[Status](ctx, c, http.MethodPost, pathSuspend, nil)
}

// Resume ends what Suspend began. On an error everything stays suspended.
func (c *Client) Resume(ctx context.Context) (Status, error) {
	return ask[Status](ctx, c, http.MethodPost, pathResume, nil)
}

// Reload has the server read again what can change, and returns what came of each thing.
func (c *Client) Reload(ctx context.Context) ([]Change, error) {
	done, err := ask[report](ctx, c, http.MethodPost, pathReload, nil)
	return done.Changes, err
}

// Status returns how the server is.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return ask[Status](ctx, c, http.MethodGet, pathStatus, nil)
}

// ask makes a request; nil is one without a body.
func ask[T any](ctx context.Context, c *Client, method, path string, body any) (answer T, err error) {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return answer, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://control"+path, &content)
	if err != nil {
		return answer, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer, fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return answer, problemIn(response, text)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fmt.Errorf("read the answer: %w", err)
	}
	return answer, nil
}

// problemIn is what an answer says against the request.
func problemIn(response *http.Response, text []byte) error {
	problem := &Error{status: response.StatusCode}
	if json.Unmarshal(text, problem) != nil || problem.Problem == "" {
		return fmt.Errorf("what answers is no server of this kind: it says %s", response.Status)
	}
	return problem
}
