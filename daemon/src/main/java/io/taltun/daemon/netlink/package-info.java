/** The kernel's links, addresses, routes and rules, read and changed over rtnetlink(7). */
package io.taltun.daemon.netlink;
