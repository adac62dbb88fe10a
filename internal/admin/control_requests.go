package admin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"bcast/internal/peer"
	"bcast/internal/server"
	"bcast/internal/text"
)

func (c *Control) members(*http.Request) (any, error) {
	list := memberList{Members: []Member{}}
	for _, m := range c.cfg.Members.Members() {
		list.Members = append(list.Members, Member{
			ID:       m.Connection,
			Name:     text.Clean([]byte(m.Name)),
			Address:  text.Clean([]byte(m.Remote)),
			Dialect:  m.Dialect,
			Since:    m.Since,
			Received: m.Received,
			Sent:     m.Sent,
			Behind:   m.Behind,
		})
	}
	return list, nil
}

func (c *Control) kick(r *http.Request) (any, error) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil || !c.cfg.Members.Kick(id) {
		return nil, errNoMember(r.PathValue("id"))
	}
	c.cfg.Logger.Info("the operator has put a client out", "connection", id)
	return struct{}{}, nil
}

func (c *Control) bans(*http.Request) (any, error) {
	list := banList{Bans: []Ban{}}
	for _, b := range c.cfg.Server.Bans() {
		list.Bans = append(list.Bans, Ban{b.Prefix.String(), b.Until})
	}
	return list, nil
}

// ban refuses the address from now on, and puts out who is in the room from there.
func (c *Control) ban(r *http.Request) (any, error) {
	var request BanRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return nil, &Error{fmt.Sprintf("the request cannot be read: %v", err), "", http.StatusBadRequest}
	}
	prefix, err := parsePrefix(request.Address)
	if err != nil {
		return nil, err
	}
	duration, err := time.ParseDuration(request.For)
	if err != nil || duration <= 0 || duration > MaxBanTime {
		return nil, &Error{
			fmt.Sprintf("%q is no time for a ban", request.For), "write it like 30m, 1h or 720h", http.StatusBadRequest,
		}
	}
	until := time.Now().Add(duration)
	if err := c.cfg.Server.Ban(prefix, until); err != nil {
		return nil, err
	}
	result := BanResult{Ban: Ban{prefix.String(), until}, Kicked: []uint64{}}
	for _, m := range c.cfg.Members.Members() {
		if prefix.Contains(addrOf(m)) && c.cfg.Members.Kick(m.Connection) {
			result.Kicked = append(result.Kicked, m.Connection)
		}
	}
	c.cfg.Logger.Info("the operator has banned an address",
		"address", result.Address, "for", duration.String(), "kicked", len(result.Kicked))
	return result, nil
}

// addrOf is where a member comes from; the zero Addr is nowhere, as with Unix sockets.
func addrOf(m peer.Member) netip.Addr {
	addr, _ := netip.ParseAddrPort(m.Remote)
	return addr.Addr().Unmap().WithZone("")
}

func (c *Control) unban(r *http.Request) (any, error) {
	prefix, err := parsePrefix(r.URL.Query().Get("address"))
	if err != nil {
		return nil, err
	}
	if !c.cfg.Server.Unban(prefix) {
		return nil, &Error{fmt.Sprintf("%v is not banned", prefix), "ask for the bans: one ends as it was made, not in parts", http.StatusNotFound}
	}
	c.cfg.Logger.Info("the operator has ended a ban", "address", prefix.String())
	return Ban{Address: prefix.String()}, nil
}

// parsePrefix reads an address, which stands for its host, or a CIDR.
func parsePrefix(address string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(address); err == nil {
		return server.Origin(addr.WithZone("")), nil
	}
	prefix, err := netip.ParsePrefix(address)
	switch {
	case err != nil:
		return netip.Prefix{}, &Error{
			fmt.Sprintf("%q is no address and no range of addresses", address),
			"write it like 10.1.2.3, 192.168.0.0/16 or fd00::/8", http.StatusBadRequest,
		}
	case prefix.Addr().Is4In6():
		return netip.Prefix{}, &Error{
			fmt.Sprintf("%v is a range of IPv4 addresses that are written as IPv6", prefix),
			"write them as IPv4: such connections count as that", http.StatusBadRequest,
		}
	}
	return prefix.Masked(), nil
}

func (c *Control) suspend(r *http.Request) (any, error) {
	if c.isStopping() {
		return nil, errStopping
	}
	c.cfg.Server.Suspend()
	c.cfg.Logger.Info("the operator has suspended accepting")
	return c.status(r)
}

func (c *Control) resume(r *http.Request) (any, error) {
	switch err := c.cfg.Server.Resume(); {
	case errors.Is(err, server.ErrServerClosed):
		return nil, errStopping
	case err != nil:
		return nil, &Error{fmt.Sprintf("still suspended: %v", err), "free the address, then resume again", http.StatusConflict}
	}
	c.cfg.Logger.Info("the operator has resumed accepting")
	return c.status(r)
}

// errStopping is why a server that stops does not do it.
var errStopping = &Error{"the server is stopping", "wait until it has, and start it again", http.StatusConflict}

func (c *Control) isStopping() bool {
	select {
	case <-c.cfg.Stopping:
		return true
	default:
		return false
	}
}

func (c *Control) reload(r *http.Request) (any, error) {
	changes, err := c.cfg.Reload(r.Context())
	if c.isStopping() && err != nil {
		return nil, errStopping
	}
	return report{changes}, err
}

func (c *Control) status(*http.Request) (any, error) {
	stats := c.cfg.Server.Stats()
	s := Status{
		Version:   cmp.Or(c.cfg.Version, "unknown"),
		State:     Open,
		Since:     c.since,
		Accepted:  stats.Accepted,
		Refused:   make(map[string]uint64),
		Published: c.cfg.Room.Stats().Published,
		Bans:      stats.Bans,
	}
	for reason, n := range stats.Refused {
		if n > 0 {
			s.Refused[reason.String()] = n
		}
	}
	for reason, n := range c.cfg.Members.Stats().Refused {
		if n > 0 {
			s.Refused[peer.Refusal(reason).String()] = n
		}
	}
	for _, m := range c.cfg.Members.Members() {
		s.Members++
		s.Behind = max(s.Behind, m.Behind)
		if m.Dialect == "framed" {
			s.Framed++
		}
	}
	switch {
	case c.isStopping():
		s.State = Stopping
	case stats.Suspended:
		s.State = Suspended
	}
	return s, nil
}
