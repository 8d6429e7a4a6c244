package io.taltun.config;

import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.X25519;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * wg-quick's files, both ways (wg-quick(8), wg(8)). Settings without a counterpart here (DNS, PreUp
 * and the like) come back as warnings; a peer is called what the comment at its header says.
 */
public final class WgQuick {
  private WgQuick() {}

  /** {@link #read(Path, X25519)} with this machine's best engine. */
  public static ConfigResult read(Path file) {
    return read(file, Primitives.best().x25519());
  }

  /**
   * Reads a file of at most 64 MiB; the interface is named after it, as wg-quick does.
   *
   * @param x25519 tells our own public key from the peers'
   */
  public static ConfigResult read(Path file, X25519 x25519) {
    Problems problems = new Problems(file);
    String text = SourceText.read(file, problems);
    if (text == null) {
      return problems.invalid();
    }
    KeyFile.exposure(file).ifPresent(message -> problems.warn(Place.START, message));
    return new WgQuickReader(problems, x25519).read(text);
  }

  /**
   * Reads a text as {@link #read(Path, X25519)} does a file.
   *
   * @param file for messages and the interface's name; not opened
   */
  public static ConfigResult parse(String text, Path file, X25519 x25519) {
    return new WgQuickReader(new Problems(file), x25519)
        .read(SourceText.withoutByteOrderMark(text));
  }

  /**
   * A configuration as wg-quick reads it. The text holds the private key; what wg-quick does not
   * know (routes, workers, access rules, tuning, relay, metrics, clients) is named in a comment
   * where it differs from the default.
   */
  public static String write(TaltunConfig config) {
    StringBuilder out = new StringBuilder();
    InterfaceConfig iface = config.iface();
    out.append("[Interface]\n");
    if (!iface.routes().isEmpty()) {
      out.append("# Not carried over: routes ").append(join(iface.routes())).append('\n');
    }
    if (!iface.mssClamp().equals(MssClamp.AUTO)) {
      out.append("# Not carried over: mss-clamp ").append(iface.mssClamp()).append('\n');
    }
    if (!iface.workers().isAuto()) {
      out.append("# Not carried over: workers ").append(iface.workers()).append('\n');
    }
    TuningSection.changed(config.tuning())
        .forEach(
            (key, value) ->
                out.append("# Not carried over: ")
                    .append(key)
                    .append(' ')
                    .append(value)
                    .append('\n'));
    if (config.relay().enabled()) {
      out.append("# Not carried over: relay\n");
    }
    if (!config.metrics().equals(Metrics.DEFAULT)) {
      out.append("# Not carried over: metrics ").append(config.metrics()).append('\n');
    }
    if (!config.clients().equals(Clients.DEFAULT)) {
      out.append("# Not carried over: clients\n");
    }
    String up = hook(out, config.hooks(), HookEvent.UP);
    String down = hook(out, config.hooks(), HookEvent.DOWN);
    hook(out, config.hooks(), HookEvent.PEER_ONLINE);
    hook(out, config.hooks(), HookEvent.PEER_OFFLINE);
    setting(out, "PrivateKey", iface.privateKey().toBase64());
    setting(out, "Address", join(iface.addresses()));
    setting(out, "ListenPort", iface.listenPort() == 0 ? "" : "" + iface.listenPort());
    setting(out, "MTU", iface.mtu().isAuto() ? "" : iface.mtu().toString());
    setting(
        out,
        "Table",
        iface.routeTable().equals(RouteTable.MAIN) ? "" : iface.routeTable().toString());
    setting(out, "FwMark", iface.fwmark() == 0 ? "" : "0x" + Integer.toHexString(iface.fwmark()));
    setting(out, "PostUp", up);
    setting(out, "PreDown", down);
    config.peers().forEach(peer -> peer(out, peer));
    return out.toString();
  }

  /**
   * The command as wg-quick takes it; empty when there is none, or after saying that it is lost.
   */
  private static String hook(StringBuilder out, Hooks hooks, HookEvent event) {
    HookCommand command = hooks.at(event);
    if (command == null) {
      return "";
    }
    boolean known = event == HookEvent.UP || event == HookEvent.DOWN;
    String text = known ? WgQuickHooks.write(command) : null;
    if (text == null) {
      out.append("# Not carried over: ").append(event.key()).append('\n');
      return "";
    }
    return text;
  }

  private static void peer(StringBuilder out, PeerConfig peer) {
    out.append("\n[Peer]\n# Name = ").append(peer.name()).append('\n');
    if (!peer.access().allowsEverything()) {
      out.append("# Not carried over: allow and deny; this peer may send anything there\n");
    }
    setting(out, "PublicKey", peer.publicKey().toBase64());
    setting(
        out, "PresharedKey", peer.presharedKey().isNone() ? "" : peer.presharedKey().toBase64());
    setting(out, "Endpoint", peer.endpoint() == null ? "" : peer.endpoint().toString());
    setting(out, "AllowedIPs", join(peer.allowedIps()));
    long keepalive = peer.persistentKeepalive().toSeconds();
    setting(out, "PersistentKeepalive", keepalive == 0 ? "" : "" + keepalive);
  }

  static void setting(StringBuilder out, String key, String value) {
    if (!value.isEmpty()) {
      out.append(key).append(" = ").append(value).append('\n');
    }
  }

  static String join(List<IpPrefix> prefixes) {
    return prefixes.stream().map(IpPrefix::toString).collect(Collectors.joining(", "));
  }
}
