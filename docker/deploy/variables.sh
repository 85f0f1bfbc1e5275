# shellcheck shell=sh
# Read by deploy.sh, by_ssh.sh and site.sh: what docker/.env says.
variable() { # NAME: its value, without the quotes that Compose takes off as well
    sed -n "s/^$1=//p" "$ENV_FILE" | tail -n 1 | sed "s/^\([\"']\)\(.*\)\1\$/\2/"
}
