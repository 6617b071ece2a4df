package dev.mqha.rig;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** The other end of a replication connection, which says what it likes. */
public final class Peer implements AutoCloseable {
    /** What a master and a slave of the tests know. */
    public static final String LOGIN = "LevelDB Store Replication v1:login\n{\"node_id\":\"n\",\"security_token\":\"token\"}\0";

    private final Socket socket;
    private final InputStream in;

    /** Connects to a port of loopback. */
    public Peer(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    public Peer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(5000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends frames, {@code action \n body \0} each. */
    public Peer send(String frames) throws IOException {
        socket.getOutputStream().write(frames.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Returns the next frame without its end, or null where the other side has hung up, or says nothing for five seconds. */
    public String frame() throws IOException {
        String action = until('\n');
        String body = action == null ? null : until(0);
        return body == null ? null : action + " " + body;
    }

    /** So many bytes that follow a frame. */
    public String bytes(int count) throws IOException {
        return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    /** Whether the other side hangs up within five seconds. */
    public boolean isHungUpOn() {
        try {
            while (in.read() >= 0) {
                // What it still had to say.
            }
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private String until(int end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next != end; next = in.read()) {
                if (next < 0) {
                    return null;
                }
                read.write(next);
            }
        } catch (SocketTimeoutException silent) {
            return null;
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
