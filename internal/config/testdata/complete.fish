# What fish offers at the end of the command line $argv[2], where $argv[1] has the
# completion.
source $argv[1]
complete -C $argv[2] | string replace -r '^([^\t]*).*' '<$1>' | sort
