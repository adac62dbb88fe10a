package main

import (
	"testing"

	"bcast/internal/scripts"
)

func TestMain(m *testing.M) { scripts.Main(m, "bcast-client", main) }

func TestScripts(t *testing.T) { scripts.Run(t) }
