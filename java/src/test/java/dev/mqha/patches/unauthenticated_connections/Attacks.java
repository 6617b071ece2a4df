package dev.mqha.patches.unauthenticated_connections;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What a stranger may write to the message port: a few bytes that announce much, or much that never ends. */
enum Attacks {
    /** CVE-2025-27533, 22 bytes: the properties of the first frame, announced with 2 GB. */
    BUFFER(1, () -> wireFormat(new byte[0], Integer.MAX_VALUE)),

    /** 34 bytes: an array of 2 GB in the properties. */
    ARRAY(1, () -> wireFormat(bytes(out -> {
        out.writeInt(1);
        out.writeUTF("a");
        out.writeByte(10);
        out.writeInt(Integer.MAX_VALUE);
    }))),

    /** 39 bytes: a map of two billion entries in the properties, and the first entry. */
    MAP(1, () -> wireFormat(bytes(out -> {
        out.writeInt(1);
        out.writeUTF("a");
        out.writeByte(11);
        out.writeInt(Integer.MAX_VALUE);
        out.writeUTF("b");
        out.writeByte(1);
        out.writeByte(1);
    }))),

    /** A list of two billion elements in the properties. */
    LIST(1, () -> wireFormat(bytes(out -> {
        out.writeInt(1);
        out.writeUTF("a");
        out.writeByte(12);
        out.writeInt(Integer.MAX_VALUE);
    }))),

    /** 12 bytes each: frames of 100 MB are announced. */
    OPENWIRE_FRAMES(40, () -> bytes(out -> {
        out.writeInt(100_000_000);
        out.write(1);
        out.writeBytes("ActiveM");
    })),

    /** 12 bytes each: frames of 100 MB are announced. */
    AMQP_FRAMES(5, () -> amqp(100_000_000)),

    /** 12 bytes each: frames of 10 MB are announced. */
    AMQP_MANY(100, () -> amqp(10_000_000)),

    /** CVE-2026-59878. */
    AMQP_NEGATIVE(40, () -> amqp(-5)),

    AMQP_EMPTY(40, () -> amqp(0)),

    OPENWIRE_NEGATIVE(40, () -> bytes(out -> {
        out.writeInt(-5);
        out.write(1);
        out.writeBytes("ActiveM");
    })),

    /** CVE-2026-53916: 300 MB of headers. */
    STOMP_HEADERS(1, () -> "CONNECT\na:".getBytes(StandardCharsets.US_ASCII), 300),

    /** CVE-2026-49432: a body without end, whose negative length never comes. */
    STOMP_NEGATIVE(
            1,
            () -> "CONNECT\naccept-version:1.2\n\n\0SEND\ndestination:x\ncontent-length:-5\n\n"
                    .getBytes(StandardCharsets.US_ASCII),
            300),

    /** A body of 90 MB by each of five that have not authenticated. */
    STOMP_BODIES(5, () -> "CONNECT\na:b\n\n".getBytes(StandardCharsets.US_ASCII), 90),

    /** An OpenWire client whose application does not use its connection yet. */
    LONE(1, () -> wireFormat(new byte[4])),

    /** So many of them that they are none; they wait for longer than they may. */
    CROWD(Strangers.CROWD + 10, () -> wireFormat(new byte[4])),

    /** More than there are threads that find out protocols, of connections that do not say enough for that. */
    SILENT(400, () -> new byte[4]),

    /** More than there are threads that find out protocols, of TLS handshakes that do not go on. */
    HANDSHAKES(400, () -> HexFormat.of().parseHex("160301020001000100")),

    /** More than the port lets in, which do not authenticate. */
    FULL(1100, () -> new byte[] {'A', 'M', 'Q', 'P', 3, 1, 0, 0});

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private interface Bytes {
        byte[] get() throws IOException;
    }

    private static final int MB = 1024 * 1024;

    private final int connections;
    private final Bytes bytes;
    private final int rest;

    Attacks(int connections, Bytes bytes) {
        this(connections, bytes, 0);
    }

    /** @param rest MB that are written afterwards, or until the broker hangs up */
    Attacks(int connections, Bytes bytes, int rest) {
        this.connections = connections;
        this.bytes = bytes;
        this.rest = rest;
    }

    /** Makes the connections and writes; they stay. */
    List<Socket> begin(int port) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        byte[] more = new byte[MB];
        Arrays.fill(more, (byte) 'x');
        for (int number = 0; number < connections; number++) {
            Socket socket = this == HANDSHAKES ? new Socket(InetAddress.getLoopbackAddress(), port) : AttackedPort.connect(port);
            sockets.add(socket);
            try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes.get());
                for (int written = 0; written < rest; written++) {
                    out.write(more);
                }
            } catch (IOException hungUp) {
                // That is what it shall do.
            }
        }
        return sockets;
    }

    /** Whether the broker hangs up on all of them in this time. */
    static boolean refused(List<Socket> sockets, int ms) {
        for (Socket socket : sockets) {
            try {
                socket.setSoTimeout(ms);
                InputStream in = socket.getInputStream();
                while (in.read(new byte[8192]) >= 0) {}
            } catch (java.net.SocketTimeoutException open) {
                return false;
            } catch (IOException reset) {
                // Hung up.
            }
        }
        return true;
    }

    private static byte[] bytes(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writing.to(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static byte[] wireFormat(byte[] properties) throws IOException {
        return wireFormat(properties, properties.length);
    }

    /** A whole first frame: WireFormatInfo with magic, version and properties of an announced length. */
    private static byte[] wireFormat(byte[] properties, int length) throws IOException {
        byte[] body = bytes(out -> {
            out.writeByte(1);
            out.writeBytes("ActiveMQ");
            out.writeInt(12);
            out.writeBoolean(true);
            out.writeInt(length);
            out.write(properties);
        });
        return bytes(out -> {
            out.writeInt(body.length);
            out.write(body);
        });
    }

    /** The header of a client that will authenticate, and the size of a frame. */
    private static byte[] amqp(int size) throws IOException {
        return bytes(out -> {
            out.write(HexFormat.of().parseHex("414d515003010000"));
            out.writeInt(size);
        });
    }
}
