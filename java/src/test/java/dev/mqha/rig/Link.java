package dev.mqha.rig;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands between a slave and its master: it holds frames of the log, or the download, at a chosen place. A slave's first
 * connection is for the frames, its second for the download; after those two it begins anew.
 */
public final class Link implements AutoCloseable {
    /** What is done with a frame of the log. */
    public interface Rule {
        /**
         * @param number of the frame, from 1 on
         * @param file the position of its file
         * @return how much of it is handed on before the link waits for {@link #release()}; its length or more: all of it
         */
        long handOn(int number, long file, long offset, long length);
    }

    private static final Pattern FIELD = Pattern.compile("\"(file|offset|length)\":(\\d+)");

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port;
    private final List<Socket> sockets = new ArrayList<>();
    private final Semaphore download = new Semaphore(0);
    private final Semaphore held = new Semaphore(0);
    private volatile Rule rule = (number, file, offset, length) -> length;
    private volatile int frames;
    private volatile boolean holding;
    private volatile boolean broken;

    /** @param port of the master */
    public Link(int port) throws IOException {
        this.port = port;
        start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** From the next frame on; it counts from 1 again. */
    public void rule(Rule next) {
        frames = 0;
        rule = next;
    }

    /** Lets the download begin. */
    public void download() {
        download.release(1000);
    }

    /** Hands on what is held. */
    public void release() {
        held.release();
    }

    /** Whether a frame is held. */
    public boolean isHolding() {
        return holding;
    }

    /** Spoils the first byte of the next frame. */
    public void spoil() {
        broken = true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private void accept() throws IOException, InterruptedException {
        for (int number = 0; ; number++) {
            Socket slave = server.accept();
            Socket master = new Socket(InetAddress.getLoopbackAddress(), port);
            synchronized (sockets) {
                sockets.add(slave);
                sockets.add(master);
            }
            boolean isDownload = number % 2 == 1;
            start(() -> slave.getInputStream().transferTo(master.getOutputStream()));
            start(() -> {
                try (slave) {
                    if (isDownload) {
                        download.acquire();
                        master.getInputStream().transferTo(slave.getOutputStream());
                    } else {
                        frames(new BufferedInputStream(master.getInputStream()), slave.getOutputStream());
                    }
                }
            });
        }
    }

    private void frames(InputStream in, OutputStream out) throws IOException, InterruptedException {
        while (true) {
            byte[] action = until(in, '\n');
            byte[] body = until(in, 0);
            out.write(action);
            out.write(body);
            if (new String(action, StandardCharsets.US_ASCII).equals("wal\n")) {
                frame(in, out, new String(body, StandardCharsets.US_ASCII));
            }
        }
    }

    private void frame(InputStream in, OutputStream out, String head) throws IOException, InterruptedException {
        long[] fields = new long[3];
        Matcher field = FIELD.matcher(head);
        while (field.find()) {
            fields[List.of("file", "offset", "length").indexOf(field.group(1))] = Long.parseLong(field.group(2));
        }
        long first = Math.min(fields[2], rule.handOn(++frames, fields[0], fields[1], fields[2]));
        byte[] bytes = in.readNBytes((int) fields[2]);
        if (broken) {
            broken = false;
            bytes[0] ^= 1;
        }
        out.write(bytes, 0, (int) first);
        if (first < fields[2]) {
            holding = true;
            held.acquire();
            holding = false;
            out.write(bytes, (int) first, (int) (fields[2] - first));
        }
    }

    private static byte[] until(InputStream in, int end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        int next;
        do {
            next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            read.write(next);
        } while (next != end);
        return read.toByteArray();
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException ended) {
                // A connection has gone, and this thread with it.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
