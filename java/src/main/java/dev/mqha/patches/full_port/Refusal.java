package dev.mqha.patches.full_port;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;

/**
 * What a message port answers that has no room: an AMQP client with SASL gets its header back, and nothing more before the
 * port hangs up. A port with room sends its mechanisms as well, so mqha's probe knows the one from the other. To another
 * client it is a broker that hung up, and it tries again. The answer takes no connection, so nobody can use it up.
 */
public final class Refusal {
    /** AMQP 1.0 with SASL: protocol id 3, version 1.0.0. */
    private static final byte[] HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

    private Refusal() {}

    /** Answers a connection that is closed next, and never waits for it. */
    public static void answer(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            // What was not read would have the answer thrown away when the connection is closed.
            if (in.available() >= HEADER.length && Arrays.equals(in.readNBytes(HEADER.length), HEADER)) {
                socket.getOutputStream().write(HEADER);
                socket.shutdownOutput();
            }
        } catch (IOException gone) {
            // It has hung up itself.
        }
    }
}
