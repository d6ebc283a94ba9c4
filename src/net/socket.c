/* See socket.h. */
#include "net/socket.h"

#include "base/fault.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <unistd.h>

ah_err ah_socket_fault(ah_fault *why, ah_err err, const char *step, const char *what, int error)
{
	const char *name = strerrorname_np(error); /* strerror() is not for threads */
	return ah_fault_set(why, err, step, "%s: %s", what, name != NULL ? name : "unknown error");
}

ah_err ah_socket_open(int *out, const ah_address *address, ah_fault *why)
{
	struct sockaddr_storage to;
	socklen_t len;
	AH_TRY(ah_address_to_sockaddr(&to, &len, address, why));
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ah_socket_fault(why, AH_ERR_IO, "net.socket", "socket", errno);
	*out = fd;
	return AH_OK;
}

static void set_option(int fd, int level, int name, int value)
{
	/* Each makes the connection better and none is needed for it to be right. */
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

void ah_socket_tune(int fd)
{
	int domain = 0;
	socklen_t len = sizeof domain;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0 || (domain != AF_INET && domain != AF_INET6))
		return;
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, AH_NET_KEEPALIVE_IDLE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, AH_NET_KEEPALIVE_INTERVAL_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, AH_NET_KEEPALIVE_COUNT);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, AH_NET_USER_TIMEOUT_MS);
}

int ah_socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof error;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

int ah_socket_unsent(int fd)
{
	int len = 0;
	return ioctl(fd, SIOCOUTQ, &len) == 0 ? len : 0;
}
