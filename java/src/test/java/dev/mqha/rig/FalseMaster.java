package dev.mqha.rig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets every slave in, lists files of its choice, and sends five bytes for each that it is asked for. */
public final class FalseMaster implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger listed = new AtomicInteger();
    private final List<String> logins = new CopyOnWriteArrayList<>();

    /** @param listings the answers to {@code sync}, in JSON, in their order and then the last one again */
    public FalseMaster(String... listings) throws IOException {
        Thread accepting = new Thread(() -> {
            try {
                while (true) {
                    Socket slave = server.accept();
                    Thread serving = new Thread(() -> serve(slave, listings));
                    serving.setDaemon(true);
                    serving.start();
                }
            } catch (IOException closed) {
                // The test has ended.
            }
        });
        accepting.setDaemon(true);
        accepting.start();
    }

    public int port() {
        return server.getLocalPort();
    }

    /** How often it has listed its files. */
    public int listed() {
        return listed.get();
    }

    /** What slaves have told it to be let in. */
    public List<String> logins() {
        return logins;
    }

    private void serve(Socket slave, String[] listings) {
        try (Peer peer = new Peer(slave)) {
            for (String frame = peer.frame(); frame != null; frame = peer.frame()) {
                if (frame.startsWith("LevelDB")) {
                    logins.add(frame);
                }
                boolean isSync = frame.startsWith("sync");
                peer.send("ok\n" + (isSync ? listings[Math.min(listed.get(), listings.length - 1)] : "") + "\0" + (frame.startsWith("get") ? "owned" : ""));
                if (isSync) {
                    listed.incrementAndGet();
                }
            }
        } catch (IOException gone) {
            // So is the slave.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
