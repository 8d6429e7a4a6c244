package io.taltun.daemon.gateway;

import io.taltun.config.HostPort;
import io.taltun.config.InterfaceConfig;
import io.taltun.config.Mtu;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.config.Tuning;
import io.taltun.config.Workers;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.daemon.control.EndpointResolver;
import io.taltun.daemon.mtu.PathMtu;
import io.taltun.daemon.netlink.InterfaceSetup;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.NetworkPlan;
import io.taltun.daemon.netlink.NetworkState;
import io.taltun.daemon.state.StateJournal;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Endpoint;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a gateway up: sockets, device, addresses and routes, workers, control thread, in this
 * order; whatever was done is taken back when a later step fails.
 */
public final class GatewayStarter implements GatewayFactory {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /** No interface's index: the tunnel is not there yet. */
  private static final int NO_DEVICE = 0;

  /** How long a full tunnel's start waits for its peers' names. */
  private static final Duration NAMES_WITHIN = Duration.ofSeconds(5);

  private interface Start {
    Gateway with(Unwinding unwinding) throws SystemCallException, GatewayStartException;
  }

  @Override
  public void prepare() {
    WarmStart.beginEarly();
  }

  @Override
  public Gateway start(TaltunConfig config) throws GatewayStartException {
    return start(unwinding -> start(config, null, unwinding));
  }

  @Override
  public Gateway start(TaltunConfig config, Path stateFile) throws GatewayStartException {
    return start(unwinding -> start(config, stateFile, unwinding));
  }

  @Override
  public Gateway takeOver(TaltunConfig config, Path stateFile, Path socket)
      throws GatewayStartException {
    return start(unwinding -> new Takeover(config, stateFile, unwinding).from(socket));
  }

  @Override
  public Gateway startBare(String name) throws GatewayStartException {
    return start(unwinding -> startBare(name, unwinding));
  }

  private static Gateway start(Start start) throws GatewayStartException {
    Unwinding unwinding = new Unwinding();
    try {
      return start.with(unwinding);
    } catch (SystemCallException e) {
      unwinding.close();
      throw new GatewayStartException(e.getMessage(), e);
    } catch (GatewayStartException | RuntimeException | Error e) {
      unwinding.close();
      throw e;
    }
  }

  private static Gateway start(TaltunConfig config, Path stateFile, Unwinding unwinding)
      throws SystemCallException, GatewayStartException {
    InterfaceConfig iface = config.iface();
    Assembly assembly = new Assembly(iface.name(), iface.workers(), config.tuning(), unwinding);
    NetlinkSocket netlink = unwinding.add("the netlink socket", NetlinkSocket.open());
    int mtu = mtu(config, netlink);
    InterfaceSetup setup = new InterfaceSetup(netlink, LOG::warn);
    setup.cleanUpStale();
    NetworkPlan plan = NetworkPlan.of(iface, config.peers(), mtu);
    int fwmark = setup.chooseFwmark(plan);

    if (stateFile != null) {
      assembly.remember(unwinding.add("the state file", journal(stateFile, config.peers())));
    }
    assembly.bindSockets(iface.listenPort(), fwmark);
    assembly.openDevice();
    // A name can be asked for no more once the default route leads into a tunnel that waits for it.
    Map<HostPort, Endpoint> known =
        plan.needsPolicyRouting()
            ? EndpointResolver.resolveNow(config.peers(), NAMES_WITHIN)
            : Map.of();
    NetworkState network = setup.apply(plan, fwmark);
    DeviceNetwork deviceNetwork = new DeviceNetwork(setup, network, plan, fwmark);
    unwinding.add("the addresses and routes", deviceNetwork::undo);

    RunningGateway running =
        assembly.run(
            new LinkState(true, mtu, true),
            config.relay().enabled(),
            iface.addresses(),
            iface.mtu(),
            deviceNetwork::restore,
            control -> {
              control.clampMss(iface.mssClamp());
              control.configure(
                  new StaticIdentity(iface.privateKey(), assembly.primitives()),
                  config.peers(),
                  known);
            });
    running.reconfigurable(deviceNetwork, config);
    running.giveBy(assembly.giver(deviceNetwork::traces));
    GatewayStatus status = running.status();
    LOG.info(
        "{} is up: UDP port {}, peers {}, {}, {}",
        iface.name(),
        status.listenPort(),
        config.peers().size(),
        status.modes().describe(),
        assembly.primitives().describe());
    return running;
  }

  /** Where the file says {@code auto}: what fits the way to the peers whose addresses it has. */
  private static int mtu(TaltunConfig config, NetlinkSocket netlink) throws SystemCallException {
    InterfaceConfig iface = config.iface();
    if (!iface.mtu().isAuto()) {
      return iface.mtu().bytes();
    }
    List<InetAddress> known =
        config.peers().stream()
            .map(PeerConfig::endpoint)
            .filter(Objects::nonNull)
            .map(EndpointResolver::literal)
            .filter(Objects::nonNull)
            .map(Endpoint::address)
            .toList();
    return PathMtu.ofDevice(new PathMtu(netlink).narrowest(known, iface.fwmark(), NO_DEVICE));
  }

  private static StateJournal journal(Path file, List<PeerConfig> peers) {
    return StateJournal.open(
        file, peers.stream().map(PeerConfig::publicKey).collect(Collectors.toSet()));
  }

  private static Gateway startBare(String name, Unwinding unwinding)
      throws SystemCallException, GatewayStartException {
    Assembly assembly = new Assembly(name, Workers.AUTO, Tuning.DEFAULT, unwinding);
    assembly.probeSockets();
    assembly.openDevice();
    try (NetlinkSocket netlink = NetlinkSocket.open()) {
      Links links = new Links(netlink);
      links.setMtu(links.index(name), Mtu.DEFAULT);
    }
    RunningGateway running =
        assembly.run(
            new LinkState(false, Mtu.DEFAULT, true),
            false,
            List.of(),
            null,
            () -> {},
            control -> {});
    LOG.info(
        "{} is there, without a key and down: {}, {}",
        name,
        running.info().modes().describe(),
        assembly.primitives().describe());
    return running;
  }
}
