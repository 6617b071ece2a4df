package dev.mqha.patches.full_port;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.broker.BrokerService;

/**
 * A broker with a message port as mqha renders it, for two connections, in a JVM of its own. Prints what an AMQP client
 * is told while there is room, while there is none, and again once there is.
 */
final class FullBroker {
    private static final byte[] HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final int LIMIT_MS = 5000;

    private FullBroker() {}

    public static void main(String[] args) throws Exception {
        BrokerService broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        String options = "?maximumConnections=2&auto.protocols=default,amqp,stomp&maxConnectionThreadPoolSize=200";
        int port = broker.addConnector("auto+nio://127.0.0.1:0" + options).getServer().getSocketAddress().getPort();
        broker.start();
        List<Socket> guests = new ArrayList<>();
        for (int guest = 0; guest < 2; guest++) {
            Socket socket = connect(port);
            guests.add(socket);
            System.out.println(told(socket));
        }
        for (int late = 0; late < 20; late++) {
            try (Socket socket = connect(port)) {
                String told = told(socket);
                if (late == 0) {
                    System.out.println(told);
                }
            }
        }
        for (Socket guest : guests) {
            guest.close();
        }
        Thread.sleep(500);
        System.out.println(told(connect(port)));
        Runtime.getRuntime().halt(0);
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(LIMIT_MS);
        socket.getOutputStream().write(HEADER);
        return socket;
    }

    private static String told(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            byte[] header = in.readNBytes(HEADER.length);
            if (!java.util.Arrays.equals(header, HEADER)) {
                return "nothing";
            }
            return in.read() < 0 ? "full" : "room";
        } catch (IOException reset) {
            return "nothing";
        }
    }
}
