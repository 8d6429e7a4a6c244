package io.taltun.config;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** The section {@code tuning}, from text and back. */
final class TuningSection {
  static final String REKEY_AFTER_BYTES = "rekey-after-bytes";

  private static final String TUN_TSO = "tun-tso";
  private static final String TUN_USO = "tun-uso";
  private static final String TUN_GRO = "tun-gro";
  private static final String UDP_GSO = "udp-gso";
  private static final String UDP_GRO = "udp-gro";
  private static final String AEAD = "aead";
  private static final String PINNING = "pinning";
  private static final String RECEIVE_BUFFER = "receive-buffer";
  private static final String SEND_BUFFER = "send-buffer";
  private static final String TUN_QUEUE = "tun-queue";

  private TuningSection() {}

  /**
   * @param section null when the file has none
   */
  static Tuning read(Section section) {
    Tuning absent = Tuning.DEFAULT;
    if (section == null) {
      return absent;
    }
    Offloads offloads =
        new Offloads(
            offload(section, TUN_TSO, absent.offloads().tunTso()),
            offload(section, TUN_USO, absent.offloads().tunUso()),
            offload(section, TUN_GRO, absent.offloads().tunGro()),
            offload(section, UDP_GSO, absent.offloads().udpGso()),
            offload(section, UDP_GRO, absent.offloads().udpGro()));
    return new Tuning(
        section.valueOr(REKEY_AFTER_BYTES, Units::rekeyAfterBytes, absent.rekeyAfterBytes()),
        offloads,
        section.valueOr(AEAD, Words.parser(AeadConstruction.class), absent.aead()),
        section.valueOr(PINNING, Words.parser(Pinning.class), absent.pinning()),
        section.valueOr(RECEIVE_BUFFER, Units::socketBuffer, absent.receiveBufferBytes()),
        section.valueOr(SEND_BUFFER, Units::socketBuffer, absent.sendBufferBytes()),
        section.valueOr(TUN_QUEUE, TuningSection::tunQueue, absent.tunQueuePackets()));
  }

  private static int tunQueue(String text) {
    return (int) Decimal.parse(text, Tuning.LEAST_TUN_QUEUE, Tuning.MOST_TUN_QUEUE);
  }

  private static Offload offload(Section section, String key, Offload absent) {
    return section.valueOr(key, Words.parser(Offload.class), absent);
  }

  /** The settings that differ from the defaults, by key, in the order in which they are written. */
  static SequencedMap<String, String> changed(Tuning tuning) {
    SequencedMap<String, String> all = texts(tuning);
    all.entrySet().removeAll(texts(Tuning.DEFAULT).entrySet());
    return all;
  }

  /** All settings by key, as they are written. */
  static SequencedMap<String, String> texts(Tuning tuning) {
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    texts.put(REKEY_AFTER_BYTES, Units.formatBytes(tuning.rekeyAfterBytes()));
    texts.put(TUN_TSO, tuning.offloads().tunTso().toString());
    texts.put(TUN_USO, tuning.offloads().tunUso().toString());
    texts.put(TUN_GRO, tuning.offloads().tunGro().toString());
    texts.put(UDP_GSO, tuning.offloads().udpGso().toString());
    texts.put(UDP_GRO, tuning.offloads().udpGro().toString());
    texts.put(AEAD, tuning.aead().toString());
    texts.put(PINNING, tuning.pinning().toString());
    texts.put(RECEIVE_BUFFER, Units.formatBytes(tuning.receiveBufferBytes()));
    texts.put(SEND_BUFFER, Units.formatBytes(tuning.sendBufferBytes()));
    texts.put(TUN_QUEUE, Integer.toString(tuning.tunQueuePackets()));
    return texts;
  }
}
