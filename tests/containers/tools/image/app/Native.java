import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Unpacks a native library to the directory for temporary files and loads it from there, as JNA, Netty and sqlite-jdbc do. */
public class Native {
    public static void main(String[] arguments) throws IOException {
        Path unpacked = Path.of(System.getProperty("java.io.tmpdir"), "libnative-7.so");
        Files.copy(Path.of("/app/libnative.so"), unpacked, StandardCopyOption.REPLACE_EXISTING);
        System.load(unpacked.toString());
        System.out.println("loaded");
    }
}
