package dev.mqha.patches.destination_removal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Roles;
import org.apache.activemq.command.ActiveMQQueue;
import org.junit.jupiter.api.Test;

class RemovalRightsTest {
    /** Removes queues of others, and its own. */
    static final class Removing {
        public static void main(String[] args) throws Exception {
            try (Roles roles = new Roles()) {
                ActiveMQQueue billing = new ActiveMQQueue("billing");
                System.out.println("app uses: " + Roles.send(roles.connect("app"), billing));
                for (String account : new String[] {"orders", "app"}) {
                    System.out.println(account + ": " + remove(roles, account, billing) + ", there: " + roles.has(billing));
                }
                ActiveMQQueue own = new ActiveMQQueue("ada.own");
                Roles.send(roles.connect("ada"), own);
                System.out.println("ada: " + remove(roles, "ada", own) + ", there: " + roles.has(own));
                System.out.println("ada of others: " + remove(roles, "ada", billing));
                System.out.println("mqha: " + remove(roles, "mqha", billing) + ", there: " + roles.has(billing));
            }
        }

        private static String remove(Roles roles, String account, ActiveMQQueue queue) throws Exception {
            return Roles.outcome(() -> roles.connect(account).destroyDestination(queue));
        }
    }

    @Test
    void onlyAdministratorsRemove() throws Exception {
        assertEquals(
                """
                app uses: done
                orders: refused, there: true
                app: refused, there: true
                ada: done, there: false
                ada of others: refused
                mqha: done, there: false""",
                Jvm.mended().print(Removing.class));
    }

    @Test
    void theStockClassesLetEverybody() throws Exception {
        String printed = Jvm.stock().print(Removing.class);
        assertEquals("orders: done, there: false", printed.split("\n")[1]);
    }
}
