package term

// ProbeFor is Probe, which waits as long as it is told to.
var ProbeFor = probe
